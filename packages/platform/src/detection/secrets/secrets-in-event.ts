/**
 * The secrets of one event: in what was said to and by models and tools, and in all other texts that were logged (parameters of requests,
 * commands, environment, URLs). Each once, at the first place; where intake cut it out (`detection/redaction`) its keyed digest is left,
 * and says the same.
 *
 * What must stay true: a secret leaves here only to whoever makes a keyed digest of it, or compares it.
 */
import type { NormalEvent } from '@firebreak/contract';
import { placeholders } from '../redaction/placeholder.ts';
import { eventTexts } from './event-texts.ts';
import type { SecretSearches } from './index.ts';
import { saidTexts } from './said-texts.ts';
import type { SecretRule } from './secret-rule.ts';

export interface SecretInEvent {
  readonly rule: SecretRule;
  /** Who said it and in which field, or the field alone. */
  readonly path: string;
  /** In UTF-16 units of that text; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  /** The secret: never to be stored, logged or shown. Or what is left of it: its keyed digest. */
  readonly is: { readonly secret: string } | { readonly digest: string };
}

const longestPath = 300;

/** @param json what `raw` was parsed from, where it is at hand: most events are told by it to hold none */
export function secretsInEvent(
  { redacted = [] }: Pick<NormalEvent, 'redacted'>,
  raw: unknown,
  { said, logged }: SecretSearches,
  json?: string,
): readonly SecretInEvent[] {
  const found = new Map<string, SecretInEvent>();
  const add = (each: SecretInEvent) => {
    const key = `${each.rule.id} ${'secret' in each.is ? each.is.secret : each.is.digest}`;
    if (!found.has(key)) found.set(key, each);
  };
  for (const { text, path } of saidTexts(raw)) {
    for (const { rule, start, end, secret } of said.find(text).found) add({ rule, path, start, end, is: { secret } });
    if (redacted.length > 0) for (const each of cutOut(text, said)) add({ ...each, path });
  }
  if (json !== undefined && redacted.length === 0 && !logged.mayBeIn(json)) return [...found.values()];
  const texts = eventTexts(raw);
  for (const { rule, start, end, secret } of logged.find(texts.whole).found) {
    const place = texts.within(start, end);
    // The same secret in a copy of what was said is told already.
    if (place === undefined) continue;
    add({ rule, path: pathOf(place.path), start: place.start, end: place.end, is: { secret } });
  }
  if (redacted.length > 0)
    for (const each of cutOut(texts.whole, said)) {
      const place = texts.within(each.start, each.end);
      if (place !== undefined) add({ ...each, path: pathOf(place.path), start: place.start, end: place.end });
    }
  return [...found.values()];
}

/** What intake left of secrets in a text. What it cut out for other reasons is none. */
function* cutOut(text: string, { ruleOf }: SecretSearches['said']): Generator<Omit<SecretInEvent, 'path'>> {
  for (const { kind, digest, start, end } of placeholders(text)) {
    const rule = ruleOf(kind);
    if (rule !== undefined) yield { rule, start, end, is: { digest } };
  }
}

function pathOf(path: readonly string[]): string {
  return path.join('.').slice(0, longestPath);
}
