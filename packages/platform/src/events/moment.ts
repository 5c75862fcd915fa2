/**
 * A time as logs write it: ISO 8601, with a space for the T, without a zone (then UTC), or as seconds or milliseconds since 1970.
 *
 * @returns ISO 8601 in UTC with milliseconds, so that texts compare as times do; undefined for what is no time from 1990 to 2200
 */
export function moment(value: unknown): string | undefined {
  if (typeof value === 'string' && plain.test(value))
    return value.length === 20 ? `${value.slice(0, 19)}.000Z` : `${value.slice(0, -1).slice(0, 23).padEnd(23, '0')}Z`;
  const time = typeof value === 'number' ? ofNumber(value) : typeof value === 'string' ? ofText(value) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) return undefined;
  const year = time.getUTCFullYear();
  return year < 1990 || year > 2200 ? undefined : time.toISOString();
}

/** As most logs write it: in UTC, on a day that every month has. What it says is what comes out. */
const plain =
  /^(?:199\d|20\d\d|21\d\d)-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

function ofNumber(value: number): Date {
  // A number of seconds stays below this until the year 5138; of milliseconds it is above since 1973.
  return new Date(Math.abs(value) < 1e11 ? value * 1000 : value);
}

function ofText(value: string): Date | undefined {
  const found = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/.exec(value);
  if (found === null) return undefined;
  const [, day, clock, fraction = '', zone = 'Z'] = found;
  return new Date(`${day}T${clock}${fraction.slice(0, 4)}${zone.replace(/^([+-]\d{2})(\d{2})$/, '$1:$2')}`);
}
