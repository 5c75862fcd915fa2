import { FirebreakError } from '@firebreak/contract';

/** How long a probe waits for something that the cluster does in its own time, and how often it looks. Milliseconds. */
export interface Patience {
  readonly atMost: number;
  readonly every: number;
}

/** What was seen last, whether it was what we waited for, and after how long. */
export interface Waited<T> {
  readonly last: T;
  readonly settled: boolean;
  readonly seconds: number;
}

/**
 * Looks again and again until `settled` or until patience ends. Looks at least once. Throws `FB-CANCELLED` on abort.
 */
export async function waitFor<T>(
  look: () => Promise<T>,
  settled: (seen: T) => boolean,
  patience: Patience,
  signal: AbortSignal,
): Promise<Waited<T>> {
  for (let waited = 0; ; waited += patience.every) {
    const last = await look();
    if (settled(last)) return { last, settled: true, seconds: waited / 1000 };
    if (waited + patience.every > patience.atMost) return { last, settled: false, seconds: waited / 1000 };
    await pause(patience.every, signal);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new FirebreakError('FB-CANCELLED', 'A probe was waiting.', { cause: signal.reason }));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
