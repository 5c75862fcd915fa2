/** All envelopes, discovered: a file here is one. */
import { readdirSync } from 'node:fs';
import type { Envelope } from './envelope.ts';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts' && file !== 'envelope.ts')
  .sort();

const envelopes: readonly Envelope[] = await Promise.all(
  files.map(async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: Envelope }).default),
);

/** What is in the envelope that the value is, if it is one; a sentence when that cannot be opened. */
export function openEnvelope(value: unknown): readonly unknown[] | string | undefined {
  for (const { open } of envelopes) {
    const inside = open(value);
    if (inside !== undefined) return inside;
  }
  return undefined;
}
