/**
 * Options of the commands that work on incidents: where the incidents are kept, on this machine or by a server, and in
 * whose name. What is said on the command line counts before what the environment says.
 */
import { stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { personName } from '../http/authenticate.ts';
import { atWork, type CommandLine } from './command-line.ts';
import { targetOfIncident } from './incident-target.ts';
import { readJsonFile } from './json-file.ts';
import { openRemoteDesk, serverAddress } from './remote-desk.ts';
import { show } from './shown.ts';
import { repeated } from './source-options.ts';
import type { Desk, World } from './world.ts';

export interface DataOptions {
  readonly data: string;
  readonly database?: string;
}

interface DeskOptions extends DataOptions {
  readonly server?: string;
  readonly token?: string;
  readonly kubeconfig?: string;
  readonly from?: readonly string[];
  readonly policies?: string;
  readonly evidence?: string;
}

export function withData(command: Command): Command {
  return command
    .addOption(
      new Option('--data <dir>', 'data directory: keys, and the embedded database')
        .env('FIREBREAK_DATA')
        .default(join(homedir(), '.firebreak'), '~/.firebreak'),
    )
    .option('--database <url>', 'postgres://… instead of the embedded database');
}

export function withDesk(command: Command): Command {
  return withData(command)
    .addOption(new Option('--server <url>', 'ask a running server instead of a data directory').env('FIREBREAK_SERVER'))
    .addOption(
      new Option('--token <token>', 'API token for the server; others can read a command line').env('FIREBREAK_TOKEN'),
    );
}

/** What is worked on. */
export function withTarget(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'the cluster, or in-cluster')
    .option(
      '--from <source>',
      'a further source of the plan, <connector>:<file|dir|address>; may be repeated',
      repeated,
    );
}

export function withPolicies(command: Command): Command {
  return command.addOption(
    new Option('--policies <file>', 'Cedar policies on who may approve what, instead of those that come along').env(
      'FIREBREAK_POLICIES',
    ),
  );
}

/** Where evidence is kept, and how. */
export function withEvidence(command: Command): Command {
  return command.addOption(
    new Option(
      '--evidence <file>',
      'settings of the evidence vault (default: evidence.json of the data directory; docs/evidence-vault.md)',
    ).env('FIREBREAK_EVIDENCE'),
  );
}

export function withName(command: Command): Command {
  return command.addOption(
    new Option('--as <name>', 'who does it (default: your user name); a server knows by the token').env('FIREBREAK_AS'),
  );
}

/** The name for the evidence log. @throws FirebreakError FB-USAGE */
export function actingName(given: string | undefined): string {
  return personName(given ?? userName());
}

/** A container may run as a number that has no name. */
function userName(): string {
  try {
    return userInfo().username.replaceAll(/[^\p{L}\p{N} ._@'+-]/gu, '-');
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

export interface DeskNeed {
  /** For the spinner: `Containing`. */
  readonly doing: string;
  /** Whether a cluster must be at hand. */
  readonly target?: boolean;
  /** The incident that the cluster is remembered for. */
  readonly incident?: string;
  /** Whether a data directory may be begun here. */
  readonly mayBegin?: boolean;
}

/** Opens the desk that the options of a command name, for one piece of work, and closes it after. */
export async function atDesk<T>(
  cli: CommandLine,
  command: Command,
  need: DeskNeed,
  use: (desk: Desk) => Promise<T>,
): Promise<T> {
  return atWork(cli, need.doing, async (signal) => {
    const desk = await openDesk(cli, command, need, signal);
    try {
      return await use(desk);
    } finally {
      await desk.close();
    }
  });
}

async function openDesk(cli: CommandLine, command: Command, need: DeskNeed, signal: AbortSignal): Promise<Desk> {
  const options = command.opts<DeskOptions>();
  if (isRemote(command, options)) return openRemote(cli, command, options, signal);
  const { data, database, policies, evidence } = options;
  if (need.mayBegin !== true && database === undefined) await mustExist(data);
  const target = need.target === true ? await targetOf(options, need.incident) : undefined;
  return openLocally(
    cli.world,
    { data, database, target, evidence, ...(policies === undefined ? {} : { policies }) },
    signal,
  );
}

const local = ['data', 'database', 'kubeconfig', 'from', 'policies', 'evidence'];

/** @throws FirebreakError FB-USAGE when the command line names both a server and something on this machine */
function isRemote(command: Command, { server }: DeskOptions): boolean {
  if (server === undefined) return false;
  const here = local.find((option) => command.getOptionValueSource(option) === 'cli');
  if (here === undefined) return true;
  if (command.getOptionValueSource('server') === 'cli')
    throw new FirebreakError('FB-USAGE', `--server and --${here} exclude each other.`);
  return false;
}

function openRemote(
  cli: CommandLine,
  command: Command,
  { server = '', token }: DeskOptions,
  signal: AbortSignal,
): Desk {
  if (token === undefined)
    throw new FirebreakError('FB-USAGE', 'A server wants a token: set FIREBREAK_TOKEN, or pass --token.');
  for (const option of ['as', 'second'])
    if (command.getOptionValueSource(option) === 'cli')
      throw new FirebreakError('FB-USAGE', `--${option} has no meaning for a server: it knows people by their tokens.`);
  const address = serverAddress(server);
  if (address.protocol === 'http:' && !['127.0.0.1', 'localhost', '[::1]'].includes(address.hostname))
    cli.output.note(show`The token goes to ${address.host} without TLS; others on the way can read it.`);
  return openRemoteDesk(address, token, signal);
}

/** @throws FirebreakError FB-NOT-FOUND. A mistyped folder must not become a new, empty one. */
async function mustExist(data: string): Promise<void> {
  const found = await stat(data).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new FirebreakError('FB-NOT-FOUND', `No data directory is at ${data}.`);
}

/** @throws FirebreakError FB-USAGE */
async function targetOf(
  { data, kubeconfig, from = [] }: DeskOptions,
  incident: string | undefined,
): Promise<readonly string[]> {
  const cluster = kubeconfig === 'in-cluster' || kubeconfig === undefined ? kubeconfig : resolve(kubeconfig);
  if (cluster !== undefined || from.length > 0)
    return [...(cluster === undefined ? [] : [`kubernetes:${cluster}`]), ...from];
  const remembered = incident === undefined ? undefined : await targetOfIncident(data, incident);
  if (remembered === undefined)
    throw new FirebreakError(
      'FB-USAGE',
      'Which estate? Give --kubeconfig or --from, or --server for one that works on it.',
    );
  return remembered;
}

const serverFileSchema = z.object({ address: z.url({ protocol: /^http$/ }) });

/** A data directory that a server has open is reached by that server, and the error says where that is. */
async function openLocally(world: World, where: Parameters<World['openDesk']>[0], signal: AbortSignal): Promise<Desk> {
  try {
    return await world.openDesk(where, signal);
  } catch (error) {
    if (!(error instanceof FirebreakError) || error.code !== 'FB-STORAGE-LOCKED') throw error;
    const server = await readJsonFile(join(where.data, 'server.json'), serverFileSchema);
    if (server === undefined) throw error;
    const why = `${error.why} It may be the server at ${server.address}: ask it by --server ${server.address} and a token.`;
    throw new FirebreakError('FB-STORAGE-LOCKED', why, { cause: error, detail: error.detail });
  }
}
