/** Which source an event is of, by what is in it; and its own id and time. */

import { fold } from '../language/fold.ts';
import { parsePattern } from '../language/pattern.ts';
import { type PatternTest, patternTest } from '../program/pattern-test.ts';
import { instant } from '../program/scalar.ts';
import type { EventSource } from './log-source.ts';
import { foreignAt } from './path.ts';

interface Known {
  readonly source: EventSource;
  readonly signs: readonly { readonly path: readonly string[]; readonly tests: readonly PatternTest[] }[];
}

export type Recogniser = (event: object) => EventSource | undefined;

/** Sources that demand more are tried first, then in the order given. One without signs is never recognised, only named. */
export function recogniserOf(sources: readonly EventSource[]): Recogniser {
  const known = sources
    .filter(({ recognise }) => recognise.length > 0)
    .map(
      (source): Known => ({
        source,
        signs: source.recognise.map(({ path, patterns }) => ({
          path: path.split('.'),
          tests: patterns.map((pattern) => patternTest(parsePattern(pattern), false)),
        })),
      }),
    )
    .sort((a, b) => b.signs.length - a.signs.length);
  return (event) =>
    known.find(({ signs }) =>
      signs.every(({ path, tests }) => {
        const value = foreignAt(event, path);
        if (value === undefined || value === null || typeof value === 'object') return false;
        const text = String(value).slice(0, 1000);
        const folded = fold(text);
        return tests.some(({ test }) => test(text, folded));
      }),
    )?.source;
}

const split = new WeakMap<EventSource, readonly (readonly string[])[]>();

/** Paths at which the events of a source have their time, as their keys. */
function timePaths(source: EventSource): readonly (readonly string[])[] {
  const known = split.get(source);
  if (known !== undefined) return known;
  const paths = source.time.map((path) => path.split('.'));
  split.set(source, paths);
  return paths;
}

export function eventTime(event: object, source: EventSource): number | undefined {
  for (const path of timePaths(source)) {
    const found = instant(foreignAt(event, path));
    if (found !== undefined) return found;
  }
  return undefined;
}

export function eventId(event: object, { eventId: paths }: EventSource): string | undefined {
  for (const path of paths) {
    const found = foreignAt(event, path.split('.'));
    if ((typeof found === 'string' && found !== '' && found.length <= 512) || typeof found === 'number')
      return String(found);
  }
  return undefined;
}
