/** A time as AWS writes it (`2023-03-09 10:41:45+00:00`, ISO 8601) as ISO 8601 in UTC; undefined for what is none. */
export function isoTime(written: string | undefined): string | undefined {
  const moment = Date.parse(written?.replace(' ', 'T') ?? '');
  return Number.isNaN(moment) ? undefined : new Date(moment).toISOString();
}
