/** What a command line stands on: its streams, and the person who may interrupt it. */
import type { Writable } from 'node:stream';

export interface Terminal {
  readonly input: AsyncIterable<Uint8Array>;
  readonly out: Writable;
  readonly err: Writable & { readonly isTTY?: boolean };
  /** Calls `stop` at the first interrupt from now on. @returns what ends the listening, so that an interrupt kills again. */
  onInterrupt(stop: () => void): () => void;
}

const interrupts = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function processTerminal(): Terminal {
  return {
    input: process.stdin,
    out: process.stdout,
    err: process.stderr,
    onInterrupt: (stop) => {
      const end = () => {
        for (const signal of interrupts) process.off(signal, first);
      };
      const first = () => {
        // Not at once: who else hears this signal counts the listeners to know whether somebody ends in order.
        setImmediate(end);
        stop();
      };
      for (const signal of interrupts) process.on(signal, first);
      return end;
    },
  };
}
