/** Options that every command that reads an estate has. */
import { FirebreakError } from '@firebreak/contract';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { atWork, type CommandLine } from './command-line.ts';
import type { Source } from './world.ts';

export interface SourceOptions {
  readonly from?: readonly string[];
  readonly convention?: 'kubehound';
}

/** `--from` is asked for when the source is opened: some commands let it stand in two places. */
export function withSource(command: Command): Command {
  return command.option(
    '--from <source>',
    'where to read: <connector>:<file|dir|address|->, for example kubernetes:./manifests; may be repeated',
    repeated,
  );
}

export function withConvention(command: Command): Command {
  return command.addOption(
    new Option('--convention <name>', "export in another tool's vocabulary and reading").choices(['kubehound']),
  );
}

export function withJson(command: Command): Command {
  return command.option('--json', 'one JSON document');
}

/** Collects an option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Reads an option that is a whole number within bounds. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It is no whole number from ${least} to ${most}.`);
  };
}

/** Opens the source that `--from` names. @throws FirebreakError FB-USAGE, and what the connector says */
export async function openSource(cli: CommandLine, { from }: SourceOptions): Promise<Source> {
  if (from === undefined) throw new FirebreakError('FB-USAGE', '--from is missing.');
  return atWork(cli, `Reading ${from.join(', ')}`, (signal, progress) => cli.world.open(from, signal, progress));
}
