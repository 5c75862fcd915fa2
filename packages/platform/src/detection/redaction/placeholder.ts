/**
 * What stands in a text for something that was cut out of it: `[redacted:<kind>:<keyed digest>]`. The same thing has the same digest
 * wherever it stood, so that events can still be compared by it.
 */
const form = /\[redacted:([a-z0-9][a-z0-9-]{0,63}):([0-9a-f]{16,64})\]/g;

/** What a kind of things is called. */
export const kindName = /^[a-z0-9][a-z0-9-]{0,63}$/;

export function placeholder(kind: string, digest: string): string {
  return `[redacted:${kind}:${digest}]`;
}

/** Those of a text; anybody may have written one, so they count only in events that intake says it cut something out of. */
export function* placeholders(
  text: string,
): Generator<{ readonly kind: string; readonly digest: string; readonly start: number; readonly end: number }> {
  for (const found of text.matchAll(form)) {
    const [whole, kind = '', digest = ''] = found;
    yield { kind, digest, start: found.index, end: found.index + whole.length };
  }
}
