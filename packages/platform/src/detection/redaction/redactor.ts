/**
 * Cuts out of an event what people declared, before it is kept. In its place stands `[redacted:<kind>:<keyed digest>]`: the same thing
 * has the same digest, so that events can be compared by it, a secret still becomes an item to be rotated, and nobody can try guesses.
 *
 * What must stay true:
 *
 * - It fails closed. What cannot be looked through (nests too deeply, has too many matches) is cut out whole.
 * - The event's digest stays that of the event as it came: whoever still has the original can prove it.
 * - Ids of nodes stay. They say who did what to what, and without them no event is tied to anything; so a name that is an id of an
 *   identity is not hidden by cutting it out of texts.
 * - A value that is handed in is not changed: others may hold parts of it. Where nothing is cut out nothing is copied.
 */
import type { NormalEvent } from '@firebreak/contract';
import { RE2JS } from 're2js';
import type { Redact } from '../../events/prepare.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { allEventTexts } from '../secrets/event-texts.ts';
import { shippedSecretSearches } from '../secrets/index.ts';
import { keyedDigest } from '../secrets/keyed-digest.ts';
import { openedBy } from '../secrets/opened-by.ts';
import { type PathTest, pathTest } from './paths.ts';
import { cardNumbers, emailAddresses } from './personal-data.ts';
import { placeholder } from './placeholder.ts';
import type { RedactionRule, RedactionSpec } from './spec.ts';

/** Plain data, for other threads. */
export interface Redaction {
  readonly spec: RedactionSpec;
  /** The installation's, as for items to be rotated: then both have the same digests. */
  readonly key: Uint8Array;
}

interface Cut {
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}
type Finder = (whole: string, isSaid: boolean) => { readonly cuts: Iterable<Cut>; readonly truncated?: boolean };

/** Events in which people, models and tools speak: there secrets are looked for by their looks as well. */
const saidFormats = new Set(['otlp-spans', 'otlp-logs', 'litellm', 'bedrock-invocation', 'kserve-inference']);
/** The shortest thing that is found by a pattern, an address of mail. */
const shortest = 6;
const deepest = 64;
const shortDigest = 16;
const mostListed = 100;
const mostMatches = 10_000;
const unsearchable = 'not-searched';

export function openRedactor({ spec, key }: Redaction): Redact {
  const digest = keyedDigest(key);
  const byFormat = new Map<string, Cutter>();
  return (event, raw) => {
    const { format } = event.source;
    let cutter = byFormat.get(format);
    if (cutter === undefined) {
      cutter = new Cutter(spec, format, digest);
      byFormat.set(format, cutter);
    }
    return cutter.cut(event, raw);
  };
}

class Cutter {
  readonly #finders: readonly Finder[];
  readonly #fields: readonly { readonly kind: string; readonly test: PathTest }[];
  readonly #keep: PathTest;
  readonly #isSaid: boolean;
  readonly #digest: (text: string) => string;

  constructor({ redact, keep }: RedactionSpec, format: string, digest: (text: string) => string) {
    const rules = redact.filter(({ formats }) => formats === undefined || formats.includes(format));
    this.#finders = rules.flatMap((rule) => finderOf(rule) ?? []);
    this.#fields = rules.flatMap((rule) =>
      'fields' in rule ? [{ kind: rule.kind, test: pathTest(rule.fields) }] : [],
    );
    this.#keep = pathTest(keep);
    this.#isSaid = saidFormats.has(format);
    this.#digest = digest;
  }

  cut(event: NormalEvent, raw: unknown): ReturnType<Redact> {
    const work = new Work(this.#digest);
    if (this.#finders.length > 0) this.#find(raw, work);
    const fieldOf = this.#fields.length === 0 ? undefined : (path: readonly string[]) => this.#fieldOf(path);
    const keep = this.#keep;
    const cutRaw = work.rewritten(raw, [], { fieldOf, keep });
    if (work.cuts === 0) return undefined;
    return { event: work.inEvent(event), raw: cutRaw, kinds: work.kinds };
  }

  #fieldOf(path: readonly string[]): string | undefined {
    return this.#fields.find(({ test }) => test(path))?.kind;
  }

  /** All texts are searched as one; what does not fit is the next one. */
  #find(raw: unknown, work: Work): void {
    for (const whole of allEventTexts(raw, shortest)) {
      const ordered: Cut[] = [];
      for (const finder of this.#finders) {
        const { cuts, truncated = false } = finder(whole.whole, this.#isSaid);
        if (truncated) {
          for (const text of whole.texts()) work.note(text, [{ kind: unsearchable, start: 0, end: text.length }]);
          ordered.length = 0;
          break;
        }
        for (const cut of cuts) ordered.push(cut);
      }
      ordered.sort((a, b) => a.start - b.start || b.end - a.end);
      const byText = new Map<string, Cut[]>();
      for (const { kind, start, end } of ordered) {
        const place = whole.within(start, end);
        if (place === undefined) continue;
        const known = byText.get(place.text) ?? [];
        byText.set(place.text, [...known, { kind, start: place.start, end: place.end }]);
      }
      for (const [text, cuts] of byText) work.note(text, cuts);
    }
  }
}

/** One event being cut. */
class Work {
  cuts = 0;
  readonly kinds = new Map<string, number>();
  readonly #digest: (text: string) => string;
  /** Texts that something is cut out of, with what is left. */
  readonly #left = new Map<string, string>();
  /** What was cut out, with what stands for it: the event's own form may repeat it. */
  readonly #stands = new Map<string, string>();
  readonly #listed = new Map<string, NonNullable<NormalEvent['redacted']>[number]>();

  constructor(digest: (text: string) => string) {
    this.#digest = digest;
  }

  /** @param cuts in the order of the text; of two that overlap the first counts */
  note(text: string, cuts: readonly Cut[]): void {
    let left = '';
    let at = 0;
    for (const { kind, start, end } of cuts) {
      if (start < at) continue;
      left += text.slice(at, start) + this.#standIn(kind, text.slice(start, end));
      at = end;
    }
    this.#left.set(text, left + text.slice(at));
  }

  rewritten(
    value: unknown,
    path: string[],
    rules: { readonly fieldOf: ((path: readonly string[]) => string | undefined) | undefined; readonly keep: PathTest },
    within?: string,
  ): unknown {
    const kind = within ?? rules.fieldOf?.(path);
    if (rules.keep(path)) return value;
    if (typeof value !== 'object' || value === null) {
      if (kind !== undefined && value !== null && value !== '') return this.#counted(kind, String(value));
      if (typeof value !== 'string') return this.#number(value);
      const left = this.#left.get(value);
      if (left === undefined) return value;
      this.cuts += 1;
      return left;
    }
    if (path.length >= deepest) return this.#counted(unsearchable, textOf(value));
    let copy: unknown[] | Record<string, unknown> | undefined;
    for (const [key, each] of Object.entries(value)) {
      const isList = Array.isArray(value);
      path.push(isList ? '' : key);
      const done = this.rewritten(each, path, rules, kind);
      path.pop();
      const name = isList ? key : (this.#left.get(key) ?? key);
      if (done === each && name === key) continue;
      if (name !== key) this.cuts += 1;
      copy ??= isList ? [...value] : own(value as Record<string, unknown>);
      if (name !== key) delete (copy as Record<string, unknown>)[key];
      put(copy, name, done);
    }
    return copy ?? value;
  }

  /** The event's own form of what was cut out of the raw one; and a list of what that was. */
  inEvent(event: NormalEvent): NormalEvent {
    const cut = (text: string) => {
      let left = this.#left.get(text) ?? text;
      for (const [out, stands] of this.#stands) if (left.includes(out)) left = left.replaceAll(out, () => stands);
      return left;
    };
    const { actor } = event;
    return {
      ...event,
      system: cut(event.system),
      operation: cut(event.operation),
      ...(event.reason === undefined ? {} : { reason: cut(event.reason) }),
      actor: {
        ...actor,
        name: cut(actor.name),
        ...(actor.session === undefined ? {} : { session: cut(actor.session) }),
        ...(actor.address === undefined ? {} : { address: cut(actor.address) }),
        ...(actor.agent === undefined ? {} : { agent: cut(actor.agent) }),
      },
      redacted: [...this.#listed.values()],
    };
  }

  #number(value: unknown): unknown {
    if (typeof value !== 'number' && typeof value !== 'bigint') return value;
    const left = this.#left.get(String(value));
    if (left === undefined) return value;
    this.cuts += 1;
    return left;
  }

  #counted(kind: string, text: string): string {
    this.cuts += 1;
    return this.#standIn(kind, text);
  }

  #standIn(kind: string, text: string): string {
    const whole = this.#digest(text);
    const isSecret = shippedSecretSearches().said.ruleOf(kind) !== undefined;
    const digest = isSecret ? whole : whole.slice(0, shortDigest);
    const stands = placeholder(kind, digest);
    this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
    if (this.#listed.size < mostListed) {
      const opens = isSecret ? openedBy(text) : [];
      this.#listed.set(stands, { kind, digest, ...(opens.length === 0 ? {} : { opens: [...opens] }) });
      if (text.length >= shortest) this.#stands.set(text, stands);
    }
    return stands;
  }
}

function finderOf(rule: RedactionRule): Finder | undefined {
  if ('fields' in rule) return undefined;
  if ('pattern' in rule) return patternFinder(rule);
  const { preset } = rule;
  if (preset === 'secrets')
    return (whole, isSaid) => {
      const { said, logged } = shippedSecretSearches();
      const { found, truncated } = (isSaid ? said : logged).find(whole);
      const secrets = found.filter(({ rule: { identifier } }) => !identifier);
      return { cuts: secrets.map(({ rule: { id }, start, end }) => ({ kind: id, start, end })), truncated };
    };
  const stretches = preset === 'email' ? emailAddresses : cardNumbers;
  return (whole) => ({ cuts: Array.from(stretches(whole), (stretch) => ({ kind: preset, ...stretch })) });
}

function patternFinder({ kind, pattern, group }: Extract<RedactionRule, { pattern: string }>): Finder {
  const expression = RE2JS.compile(pattern);
  return (whole) => {
    const cuts: Cut[] = [];
    const matcher = expression.matcher(whole);
    while (matcher.find()) {
      if (cuts.length >= mostMatches) return { cuts, truncated: true };
      const [start, end] = [matcher.start(group), matcher.end(group)];
      if (start >= 0 && end > start) cuts.push({ kind, start, end });
    }
    return { cuts };
  };
}

function own(value: Record<string, unknown>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, each] of Object.entries(value)) put(copy, key, each);
  return copy;
}

/** A field may be called `__proto__`. */
function put(copy: unknown[] | Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true });
}

function textOf(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch {
    return 'nests too deeply to be told';
  }
}
