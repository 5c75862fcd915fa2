/** How a value of an event is read as text, number and time. */
import type { Comparison, TimePart } from '../language/rule.ts';

export type Scalar = string | number | boolean | null;

export function scalarText(value: Exclude<Scalar, null>): string {
  return typeof value === 'string' ? value : String(value);
}

const decimal = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/;

/** A number, or text that is one in decimal notation. */
export function scalarNumber(value: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > 40 || !decimal.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const written =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/;

/** A part of a date as it is written (ISO 8601, its own zone), or of a number of seconds or finer since 1970 in UTC. */
export function timePart(value: Scalar, part: TimePart): number | undefined {
  const match = typeof value === 'string' && value.length <= 64 ? written.exec(value) : null;
  if (match !== null) {
    const [year, month, day, hour, minute] = match
      .slice(1, 6)
      .map((text) => (text === undefined ? undefined : Number(text)));
    if (part === 'week') return isoWeek(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1));
    return { year, month, day, hour, minute }[part];
  }
  const number = scalarNumber(value);
  const ms = number === undefined ? undefined : epochMs(number);
  if (ms === undefined) return undefined;
  if (part === 'week') return isoWeek(ms);
  const date = new Date(ms);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  }[part];
}

/** As most logs write it, which the engine reads as it is. */
const plain = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3,9})?Z$/;

/** When something happened, in milliseconds since 1970; a date without a zone is UTC. */
export function instant(value: unknown): number | undefined {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string' || value.length > 64) return undefined;
  if (plain.test(value)) {
    const ms = Date.parse(value.length <= 24 ? value : `${value.slice(0, 23)}Z`);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const match = written.exec(value);
  if (match === null) {
    const number = scalarNumber(value);
    return number === undefined ? undefined : epochMs(number);
  }
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = match;
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`;
  const ms = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}${offset}`,
  );
  return Number.isNaN(ms) ? undefined : ms;
}

/** Seconds, milliseconds, microseconds or nanoseconds: by its size, for any time from 2001 to 2286. */
function epochMs(number: number): number | undefined {
  const size = Math.abs(number);
  if (size < 1e9 || size >= 1e19) return undefined;
  if (size < 1e11) return number * 1000;
  if (size < 1e14) return number;
  return size < 1e17 ? number / 1000 : number / 1e6;
}

/** ISO 8601 week: that of the year's first Thursday is 1. */
function isoWeek(ms: number): number {
  const date = new Date(ms);
  const weekday = (date.getUTCDay() + 6) % 7;
  const thursday = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate() - weekday + 3);
  const firstOfYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return 1 + Math.floor((thursday - firstOfYear) / (7 * 86_400_000));
}

export function compares(number: number | undefined, by: Comparison | 'eq', value: number): boolean {
  if (number === undefined) return false;
  switch (by) {
    case 'lt':
      return number < value;
    case 'lte':
      return number <= value;
    case 'gt':
      return number > value;
    case 'gte':
      return number >= value;
    case 'eq':
      return number === value;
  }
}
