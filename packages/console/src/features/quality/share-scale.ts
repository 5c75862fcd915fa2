import type { Share } from '@firebreak/contract/answers/quality';

/** Of a bar with whiskers, in pixels of its drawing. */
export interface Whisker {
  readonly bar: number;
  readonly low: number;
  readonly high: number;
}

/** @param most what the right edge stands for */
export function whisker({ value, low, high }: Share, most: number, width: number): Whisker {
  const at = (part: number) => Math.min(1, Math.max(0, part / (most || 1))) * width;
  return { bar: at(value), low: at(low), high: at(high) };
}

/** A share as people read it, with as many digits as tell it from nothing: `83 %`, `0.4 %`, `3 of a million`. */
export function shareText(value: number): string {
  if (value === 0) return '0 %';
  if (value < 0.00005) return `${Math.max(1, Math.round(value * 1e6)).toLocaleString()} of a million`;
  const percent = value * 100;
  return `${percent < 1 ? percent.toPrecision(1) : Math.round(percent)} %`;
}

/** A span of time in its two largest units. */
export function spanText(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const first = units.findIndex(([, size]) => ms >= size);
  const [unit, size] = units[first] ?? ['s', 1000];
  const rest = units[first + 1];
  const over = rest === undefined ? 0 : Math.floor((ms % size) / rest[1]);
  return `${Math.floor(ms / size)} ${unit}${over === 0 || rest === undefined ? '' : ` ${over} ${rest[0]}`}`;
}
