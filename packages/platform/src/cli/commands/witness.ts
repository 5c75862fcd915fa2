import type { Command } from 'commander';
import { type CommandLine, interruptible } from '../command-line.ts';
import { bold, cyan, show } from '../shown.ts';
import { repeated, wholeNumber, withJson } from '../source-options.ts';

interface WitnessCommandOptions {
  readonly data: string;
  readonly name: string;
  readonly log: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly json?: boolean;
}

/** `firebreak witness`: the second party of somebody else's log. */
export function witnessCommand(program: Command, { world, output, terminal }: CommandLine): void {
  withJson(program.command('witness'))
    .description('cosign the checkpoints of other people’s logs, as long as these only grow (C2SP tlog-witness)')
    .requiredOption('--data <folder>', 'where its key is kept, and what it has cosigned')
    .requiredOption('--name <name>', 'its name, for example witness.example.org/team-b')
    .requiredOption('--log <vkey>', 'the verifier key of a log that it cosigns; may be repeated', repeated)
    .option('--host <address>', 'address to listen on; put TLS in front of any but this machine', '127.0.0.1')
    .option('--port <number>', 'port, 0 for any', wholeNumber(0, 65_535), 7448)
    .action(async ({ log: logs, json, ...options }: WitnessCommandOptions) => {
      await interruptible(terminal, (signal) =>
        world.serveWitness({
          ...options,
          logs,
          signal,
          onReady: ({ address, verifierKey }) => {
            void (json
              ? output.json({ address, verifierKey })
              : output.text(
                  show`Witness ${options.name} on ${bold(address)}, for ${logs.length} logs.`,
                  show`Give this to the owner of the log: --witness ${cyan(`${verifierKey}=${address}`)}`,
                ));
          },
        }),
      );
    });
}
