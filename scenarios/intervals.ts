import { wilson } from '../packages/platform/src/investigation/cases/wilson.ts';

/** A share with its interval, in words: `94.3 % (93.3–95.2)`. */
export function interval(hits: number, of: number): string {
  const share = wilson(hits, of);
  const percent = (value: number) => (100 * value).toFixed(1);
  return share === null ? 'none' : `${percent(share.value)} % (${percent(share.low)}–${percent(share.high)})`;
}
