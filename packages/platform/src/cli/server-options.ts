/** Options of commands that speak with a running server and have nothing to do on this machine's data. */
import { FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { type Client, createClient } from '../http/client.ts';
import { serverAddress } from './remote-desk.ts';

export interface ServerOptions {
  readonly server?: string;
  readonly token?: string;
}

export function withServer(command: Command): Command {
  return command
    .addOption(new Option('--server <url>', 'the server').env('FIREBREAK_SERVER').default('http://127.0.0.1:7447'))
    .addOption(
      new Option('--token <token>', 'API token for the server; others can read a command line').env('FIREBREAK_TOKEN'),
    );
}

/** @throws FirebreakError FB-USAGE without a token, or for what is no address */
export function openServer({ server = '', token }: ServerOptions): Client {
  if (token === undefined)
    throw new FirebreakError('FB-USAGE', 'A server wants a token: set FIREBREAK_TOKEN, or pass --token.');
  return createClient({ server: serverAddress(server), token });
}
