/** What every command is given. */
import { FirebreakError } from '@firebreak/contract';
import ora from 'ora';
import type { Output } from './output.ts';
import { visible } from './shown.ts';
import type { Terminal } from './terminal.ts';
import type { Progress, World } from './world.ts';

export interface CommandLine {
  readonly world: World;
  readonly terminal: Terminal;
  readonly output: Output;
}

/**
 * Does what may take long: the first interrupt aborts the signal, and once it takes more than a second it says on the
 * terminal how far it is. Before and after, an interrupt ends the process the ordinary way.
 */
export async function atWork<T>(
  { terminal }: CommandLine,
  start: string,
  task: (signal: AbortSignal, progress: Progress) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  const end = terminal.onInterrupt(() => stop.abort(new FirebreakError('FB-CANCELLED', 'It was interrupted.')));
  const spinner = terminal.err.isTTY
    ? ora({ text: visible(start), stream: terminal.err, discardStdin: false })
    : undefined;
  const patience = setTimeout(() => spinner?.start(), 1000);
  try {
    return await task(stop.signal, (sentence) => {
      if (spinner !== undefined) spinner.text = visible(sentence);
    });
  } finally {
    clearTimeout(patience);
    spinner?.stop();
    end();
  }
}
