import type { Clock } from './clock.ts';

/** A clock that stands still until it is moved. */
export interface SettableClock extends Clock {
  set(to: Date | string): void;
  advance(milliseconds: number): void;
}

/** For tests and replays: starts at the given moment and moves only by `set` and `advance`. */
export function settableClock(start: Date | string): SettableClock {
  let milliseconds = moment(start);
  return {
    now: () => new Date(milliseconds),
    set: (to) => {
      milliseconds = moment(to);
    },
    advance: (by) => {
      milliseconds += by;
    },
  };
}

function moment(of: Date | string): number {
  const milliseconds = new Date(of).getTime();
  if (Number.isNaN(milliseconds)) throw new RangeError(`not a date: ${String(of)}`);
  return milliseconds;
}
