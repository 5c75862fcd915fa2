/** What is compared with what: a value at a pointer with one that the declaration says, or that was read before. */
import { isDeepStrictEqual } from 'node:util';
import type { Comparison } from './definition.ts';
import { valueAt } from './pointer.ts';
import { type Filling, filled } from './template.ts';

export function holds(comparisons: readonly Comparison[], value: unknown, filling: Filling): boolean {
  return comparisons.every(({ at, is, isNot, missing }) => {
    const found = valueAt(value, at);
    if (missing !== undefined) return (found === undefined || found === null) === missing;
    const named = filled(is ?? isNot ?? null, filling);
    const same = isDeepStrictEqual(plain(found), plain(named));
    return is !== undefined ? same : found !== undefined && !same;
  });
}

/** As JSON has it. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
