/** What every command is given, and how it does what takes long. */
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

/** The first interrupt aborts the signal. Before and after, an interrupt ends the process the ordinary way. */
export async function interruptible<T>(terminal: Terminal, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const end = terminal.onInterrupt(() => stop.abort(new FirebreakError('FB-CANCELLED', 'It was interrupted.')));
  try {
    return await task(stop.signal);
  } finally {
    end();
  }
}

/** Work that ends by itself: once it takes more than a second it says on the terminal how far it is. */
export async function atWork<T>(
  { terminal }: CommandLine,
  start: string,
  task: (signal: AbortSignal, progress: Progress) => Promise<T>,
): Promise<T> {
  if (terminal.err.isTTY !== true) return interruptible(terminal, (signal) => task(signal, () => {}));
  // Whoever hides the cursor must listen for signals to show it again, and would be in the way of those who end in order.
  const spinner = ora({ text: visible(start), stream: terminal.err, discardStdin: false, hideCursor: false });
  const patience = setTimeout(() => spinner.start(), 1000);
  try {
    return await interruptible(terminal, (signal) =>
      task(signal, (sentence) => {
        spinner.text = visible(sentence);
      }),
    );
  } finally {
    clearTimeout(patience);
    spinner.stop();
  }
}
