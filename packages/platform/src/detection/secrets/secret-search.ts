/**
 * A text → the secrets in it. One automaton finds the keywords of all rules; each rule's regular expression is tried around its own, in
 * linear time (RE2). What is found is looked at once more: how random it is, and whether it is known to be none (allowlists).
 *
 * What must stay true:
 * - the secret itself leaves this file only to whoever asked, who makes a keyed digest of it; it is in no message and in no error;
 * - time and memory are bounded whatever the rules and the text are; what was left out is said;
 * - what is passed over because of the JSON that it lies in (`mayBeIn`) holds no keyword, so no rule would have been tried.
 */
import { fold } from '../sigma/language/fold.ts';
import { Automaton } from '../sigma/program/automaton.ts';
import type { Allowlist, SecretRule, SecretRules } from './secret-rule.ts';

export interface FoundSecret {
  readonly rule: SecretRule;
  /** In UTF-16 units; the end is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Never to be stored, logged or shown. */
  readonly secret: string;
}

const piece = 64 * 1024;
const mostFound = 1000;
/** Characters that are given to regular expressions for one piece of text, in multiples of it. */
const effort = 32;
const longestSecret = 16 * 1024;
/** In JSON it stands as it is, and `name: text` (event-texts.ts) does not make it of two texts. */
const isPlain = (word: string) =>
  /^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/.test(word) && !word.includes(': ') && !word.endsWith(':');
/** Ways to write plain characters otherwise; of whatever lies as JSON in a text they are the same. */
const writtenOtherwise = ['\\u', '\\/'];

export class SecretSearch {
  readonly #rules: readonly SecretRule[];
  readonly #allowlists: readonly Allowlist[];
  readonly #automaton: Automaton;
  readonly #keywords: readonly { readonly rule: number; readonly word: string }[];
  readonly #always: readonly number[];
  readonly #farthest: number;
  readonly #byId: ReadonlyMap<string, SecretRule>;
  readonly #isPlain: boolean;

  constructor({ rules, allowlists }: SecretRules) {
    this.#rules = rules;
    this.#byId = new Map(rules.map((rule) => [rule.id, rule]));
    this.#allowlists = allowlists;
    this.#keywords = rules.flatMap(({ keywords }, rule) => keywords.map((word) => ({ rule, word: fold(word) })));
    this.#automaton = new Automaton(this.#keywords.map(({ word }, id) => ({ id, text: word })));
    this.#always = rules.flatMap(({ keywords }, rule) => (keywords.length === 0 ? [rule] : []));
    this.#isPlain = this.#always.length === 0 && this.#keywords.every(({ word }) => isPlain(word));
    this.#farthest = rules.reduce((most, { within }) => Math.max(most, within), 0);
  }

  /** By its id. */
  readonly ruleOf = (id: string): SecretRule | undefined => this.#byId.get(id);

  /** False: there is no secret in the texts of a value of which this is the JSON, and in none of JSON that lies in them. */
  mayBeIn(json: string): boolean {
    return !this.#isPlain || writtenOtherwise.some((way) => json.includes(way)) || this.#automaton.finds(json);
  }

  /** @param path of the file, where it is one. In the order of the text; where rules overlap, the more exact one. */
  find(text: string, path?: string): { readonly found: readonly FoundSecret[]; readonly truncated: boolean } {
    const found: FoundSecret[] = [];
    let truncated = false;
    for (let from = 0; from === 0 || from < text.length; from += piece) {
      // A secret may lie over the cut: each piece is read with what may belong to its last keyword.
      const start = Math.max(0, from - this.#farthest);
      const part = text.slice(start, from + piece + this.#farthest);
      if (this.#inPiece(part, start, path, found)) truncated = true;
      if (found.length < mostFound) continue;
      truncated = true;
      break;
    }
    return { found: apart(found), truncated };
  }

  #inPiece(part: string, offset: number, path: string | undefined, found: FoundSecret[]): boolean {
    const windows = new Map<number, [number, number][]>(this.#always.map((rule) => [rule, [[0, part.length]]]));
    this.#automaton.scan(part, (id, end) => {
      const { rule, word } = this.#keywords[id] as { rule: number; word: string };
      const { within } = this.#rules[rule] as SecretRule;
      if (word.length > 16 && fold(part.slice(end - word.length, end)) !== word) return;
      const from = Math.max(0, end - word.length - within);
      const known = windows.get(rule);
      const last = known?.at(-1);
      if (known === undefined) windows.set(rule, [[from, end + within]]);
      else if (last !== undefined && from <= last[1]) last[1] = end + within;
      else known.push([from, end + within]);
    });
    let left = effort * piece;
    for (const [number, places] of windows) {
      const rule = this.#rules[number] as SecretRule;
      if (rule.path !== undefined && path !== undefined && !rule.path.matcher(path).find()) continue;
      for (const [from, to] of places) {
        if (left <= 0) return true;
        left -= to - from;
        this.#tryRule(rule, part.slice(from, to), offset + from, path, found);
      }
    }
    return false;
  }

  #tryRule(rule: SecretRule, text: string, offset: number, path: string | undefined, found: FoundSecret[]): void {
    const matcher = rule.regex.matcher(text);
    while (found.length < mostFound && matcher.find()) {
      const group = secretGroup(rule, (index) => matcher.group(index));
      const [secret, start] = [matcher.group(group) ?? '', matcher.start(group)];
      if (secret === '' || secret.length > longestSecret) continue;
      if (rule.entropy > 0 && entropyOf(secret) <= rule.entropy) continue;
      const about = { secret, match: matcher.group() ?? '', line: lineAt(text, matcher.start(), matcher.end()), path };
      if ([...rule.allowlists, ...this.#allowlists].some((list) => allows(list, about))) continue;
      found.push({ rule, start: offset + start, end: offset + start + secret.length, secret });
    }
  }
}

function secretGroup(rule: SecretRule, group: (index: number) => string | null): number {
  if (rule.secretGroup > 0) return rule.secretGroup;
  for (let index = 1; index <= rule.regex.groupCount(); index += 1) {
    const said = group(index);
    if (said !== null && said !== '') return index;
  }
  return 0;
}

/** Bits a character (C. Shannon, "A mathematical theory of communication", 1948). */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const each of text) counts.set(each, (counts.get(each) ?? 0) + 1);
  let sum = 0;
  for (const count of counts.values()) sum -= (count / text.length) * Math.log2(count / text.length);
  return sum;
}

interface About {
  readonly secret: string;
  readonly match: string;
  readonly line: string;
  readonly path: string | undefined;
}

function allows({ regexes, target, stopwords, paths, all }: Allowlist, about: About): boolean {
  const word = about.secret.toLowerCase();
  const asked: boolean[] = [];
  if (regexes.length > 0) asked.push(regexes.some((regex) => regex.matcher(about[target]).find()));
  if (stopwords.length > 0) asked.push(stopwords.some((stopword) => word.includes(stopword)));
  if (paths.length > 0)
    asked.push(about.path !== undefined && paths.some((path) => path.matcher(about.path ?? '').find()));
  return asked.length > 0 && (all ? asked.every(Boolean) : asked.some(Boolean));
}

const longestLine = 2000;

function lineAt(text: string, start: number, end: number): string {
  const from = Math.max(text.lastIndexOf('\n', start) + 1, start - longestLine);
  const next = text.indexOf('\n', end);
  return text.slice(from, Math.min(next === -1 ? text.length : next, end + longestLine));
}

/** The same place once; a generic rule only where no other speaks. */
function apart(found: readonly FoundSecret[]): readonly FoundSecret[] {
  const kept: FoundSecret[] = [];
  const inOrder = [...found].sort(
    (a, b) => Number(a.rule.generic) - Number(b.rule.generic) || a.start - b.start || b.end - a.end,
  );
  for (const each of inOrder) if (!kept.some(({ start, end }) => each.start < end && start < each.end)) kept.push(each);
  return kept.sort((a, b) => a.start - b.start);
}
