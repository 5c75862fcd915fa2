/** All log formats, discovered: a file here is one, and so is a description in content/intake. */
import { readdirSync } from 'node:fs';
import type { EventFormat } from '@firebreak/contract';
import { declaredFormats } from '../declared/declared-formats.ts';

const files = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
  .sort();

/** The systems that logs of these formats tell of, as in node ids. */
export function systemsOf(formats: Iterable<string>): ReadonlySet<string> {
  const ids = new Set(formats);
  return new Set(eventFormats.filter(({ id }) => ids.has(id)).flatMap(({ systems }) => systems));
}

export const eventFormats: readonly EventFormat[] = [
  ...(await Promise.all(
    files.map(
      async (file) => ((await import(new URL(file, import.meta.url).href)) as { default: EventFormat }).default,
    ),
  )),
  ...declaredFormats,
];

/** Whether some format reads the value, or opens it. */
export function isKnown(value: unknown): boolean {
  return eventFormats.some(({ is, unwrap }) => is(value) || unwrap?.(value) !== undefined);
}

/** What a line of a log stands for that is no JSON, where some format has such lines. */
export function valueOfLine(text: string): unknown {
  for (const { line } of eventFormats) {
    const value = line?.(text);
    if (value !== undefined) return value;
  }
  return undefined;
}
