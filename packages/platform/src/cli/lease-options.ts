/** How long things stand by themselves, as people write it: `4h` for the whole, `s3=30m` for a step. */
import { FirebreakError } from '@firebreak/contract';
import { InvalidArgumentError } from 'commander';
import type { LeaseWish } from '../execution/new-execution.ts';
import { spanOf } from '../inventory/query/parse.ts';

const shortestMs = 60_000;
const longestMs = 31_536_000_000;

/** Milliseconds. */
export function leaseLength(text: string): number {
  const span = spanOf(text);
  if (span === undefined || span < shortestMs || span > longestMs)
    throw new InvalidArgumentError('It is no duration from a minute to a year, such as 30m, 4h or 2d.');
  return span;
}

/** @throws FirebreakError FB-USAGE when one thing is said twice */
export function leaseWish(texts: readonly string[]): LeaseWish | undefined {
  if (texts.length === 0) return undefined;
  let ms: number | undefined;
  const steps = new Map<string, number>();
  for (const text of texts) {
    const equals = text.indexOf('=');
    const step = equals === -1 ? undefined : text.slice(0, equals);
    const length = leaseLength(text.slice(equals + 1));
    if (step === undefined ? ms !== undefined : steps.has(step))
      throw new FirebreakError('FB-USAGE', `--expires says twice when ${step ?? 'the whole'} expires.`);
    if (step === undefined) ms = length;
    else steps.set(step, length);
  }
  return { ...(ms === undefined ? {} : { ms }), ...(steps.size === 0 ? {} : { steps: Object.fromEntries(steps) }) };
}
