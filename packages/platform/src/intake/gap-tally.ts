/**
 * A thousand objects that fail in the same way are one piece of news. The first few of a kind are told in full, the rest are
 * counted, and every fact kind that is incomplete because of them stays named.
 */
import type { Gap } from '@firebreak/contract';
import { gap } from './gap.ts';

export interface GapTally {
  /** The gap, while there are few like it; afterwards nothing. */
  add(found: Gap): readonly Gap[];
  /** What was counted only, one gap for each code. */
  rest(): readonly Gap[];
}

/** `shown`: how many gaps with the same code and kinds are told in full. */
export function makeGapTally(shown = 5): GapTally {
  const counts = new Map<string, { readonly first: Gap; count: number }>();
  return {
    add(found) {
      const key = `${found.code} ${found.kinds.join()}`;
      const known = counts.get(key) ?? { first: found, count: 0 };
      known.count += 1;
      counts.set(key, known);
      return known.count <= shown ? [found] : [];
    },
    rest: () =>
      [...counts.values()].flatMap(({ first, count }) =>
        count <= shown
          ? []
          : [gap(first.code as Parameters<typeof gap>[0], first.kinds, first.where, `${count - shown} more like it.`)],
      ),
  };
}
