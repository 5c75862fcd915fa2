/** Options that every command that reads an estate has. */
import { FirebreakError } from '@firebreak/contract';
import { type Command, Option } from 'commander';
import { withProgress } from './output.ts';
import type { Source, World } from './world.ts';

export interface SourceOptions {
  readonly from?: string;
  readonly convention?: 'kubehound';
}

export function withSource(command: Command): Command {
  return command.requiredOption('--from <source>', 'where to read: kubernetes:<kubeconfig|in-cluster|dir|file|->');
}

export function withConvention(command: Command): Command {
  return command.addOption(
    new Option('--convention <name>', "export in another tool's vocabulary and reading").choices(['kubehound']),
  );
}

/** Collects an option that may be given several times. */
export function repeated(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** Opens the source that `--from` names. Ctrl-C stops the reading. */
export async function openSource(world: World, options: SourceOptions): Promise<Source> {
  if (options.from === undefined) throw new FirebreakError('FB-USAGE', '--from is missing.');
  const spec = options.from;
  return withProgress(`Reading ${spec}`, (progress) => world.open(spec, stopSignal(), progress));
}

let stop: AbortController | undefined;
/** Aborts at the first SIGINT or SIGTERM; the second one ends the process the ordinary way. */
export function stopSignal(): AbortSignal {
  if (stop === undefined) {
    const controller = new AbortController();
    stop = controller;
    const abort = () => controller.abort(new FirebreakError('FB-CANCELLED', 'It was interrupted.'));
    process.once('SIGINT', abort);
    process.once('SIGTERM', abort);
  }
  return stop.signal;
}
