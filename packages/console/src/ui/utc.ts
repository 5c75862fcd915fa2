/** A moment as the record has it, in UTC and not in the reader's own time: `2026-03-04 03:00:10.123 UTC`. */
export function utc(at: string): string {
  return at.replace('T', ' ').replace('Z', ' UTC');
}
