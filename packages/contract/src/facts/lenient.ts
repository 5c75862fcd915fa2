/** What schemas of foreign shapes have in common: absent is absent however it is written, and names are one line. */
import { z } from 'zod';

/** Absent and null are the same thing. */
export function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === null ? undefined : value), schema.optional());
}
/** A list where absent and null mean empty. */
export function list<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => value ?? [], z.array(item));
}
/** One line of at most so many characters: a control character in a name is an attack on whoever reads the report. */
export function line(max = 512) {
  return z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text');
}
/** A point in time, ISO 8601 as the source prints it. */
export const instant = line(40);
