/** Secrets by reference, read when they are needed and not kept; and what comes back without them. For files in which people name secrets. */
import { readFile, stat } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { z } from 'zod';

const prefix = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, 'not one line of text')
  .optional();
/** A variable of our environment or a file, and what is written before the secret: `Bearer `. */
export const secretReference = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Z_][A-Z0-9_]{0,127}$/, 'not a variable'), prefix }),
  z.strictObject({ file: z.string().max(1024).refine(isAbsolute, 'not an absolute path'), prefix }),
]);
export type SecretReference = z.infer<typeof secretReference>;

const maxBytes = 64 * 1024;

/** Secrets that one call used, so that they can be taken out of what comes back. */
export type Used = Set<string>;

/** @throws FirebreakError FB-SOURCE-UNREADABLE when there is nothing at the place that the reference names */
export async function secretText(reference: SecretReference, used: Used): Promise<string> {
  const value = 'env' in reference ? process.env[reference.env] : await fileText(reference.file);
  const where = 'env' in reference ? `the variable ${reference.env}` : reference.file;
  if (value === undefined || value === '' || /[\r\n\0]/.test(value))
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `There is no secret of one line in ${where}.`);
  used.add(value);
  return `${reference.prefix ?? ''}${value}`;
}

async function fileText(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).size > maxBytes) return undefined;
    return (await readFile(path, 'utf8')).replace(/\r?\n$/, '');
  } catch {
    return undefined;
  }
}

/** A value in which no secret of the call stands: servers echo what they were sent. */
export function without(used: Used, value: unknown): unknown {
  if (typeof value === 'string') {
    let text = value;
    for (const secret of used) text = text.replaceAll(secret, '…');
    return text;
  }
  if (Array.isArray(value)) return value.map((inner) => without(used, inner));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [String(without(used, key)), without(used, inner)]),
  );
}
