/**
 * Rules over one reading of a text: one automaton finds all phrases, also written backwards, in rot13 or without their spaces, and all
 * words that a pattern is worth trying for; patterns are tried around those and nowhere else.
 */
import { fold } from '../sigma/language/fold.ts';
import { Automaton } from '../sigma/program/automaton.ts';
import type { PromptRule } from './rule-pack.ts';
import type { ViewForm } from './view.ts';

export interface RuleHit {
  readonly rule: PromptRule;
  readonly start: number;
  readonly end: number;
  /** When the phrase itself was disguised. */
  readonly form?: ViewForm;
}

/** Units on either side of a word that a pattern is tried on. */
const around = 160;
/** Units that patterns may be tried on, in multiples of the text. */
const effort = 12;
/** What is shorter occurs backwards or in rot13 by chance. */
const fewestDisguised = 12;

interface Sought {
  /** A need is a reason to try the rule's patterns around it. */
  readonly kind: 'phrase' | 'need';
  readonly rule: PromptRule;
  readonly folded: string;
  readonly form?: ViewForm;
}

export class PhraseSearch {
  readonly #sought: readonly Sought[];
  readonly #automaton: Automaton;

  constructor(rules: readonly PromptRule[]) {
    this.#sought = rules.flatMap(soughtBy);
    this.#automaton = new Automaton(this.#sought.map(({ folded }, id) => ({ id, text: folded })));
  }

  /** Hits of one rule do not overlap, and of each of its patterns there is one a part. `tooMany`: some parts were not tried. */
  find(text: string): { readonly hits: readonly RuleHit[]; readonly tooMany: boolean } {
    const flat = text.includes('\n') ? text.replaceAll('\n', ' ') : text;
    const hits: RuleHit[] = [];
    // Where each rule's patterns are to be tried: parts that touch are one.
    const parts = new Map<PromptRule, [number, number][]>();
    this.#automaton.scan(flat, (id, end) => {
      const { kind, rule, folded, form } = this.#sought[id] as Sought;
      const start = end - folded.length;
      if (start < 0 || fold(flat.slice(start, end)) !== folded) return;
      if (kind === 'phrase') {
        if (isWord(flat, start, end)) hits.push({ rule, start, end, ...(form === undefined ? {} : { form }) });
        return;
      }
      const from = Math.max(0, start - around);
      const known = parts.get(rule);
      const last = known?.at(-1);
      if (known === undefined) parts.set(rule, [[from, end + around]]);
      else if (last !== undefined && from <= last[1]) last[1] = end + around;
      else known.push([from, end + around]);
    });
    let left = effort * (text.length + 4 * around);
    for (const [rule, places] of parts)
      for (const [from, to] of places)
        for (const pattern of rule.patterns) {
          left -= to - from;
          if (left < 0) return { hits: apart(hits), tooMany: true };
          const matcher = pattern.matcher(text.slice(from, to));
          if (matcher.find()) hits.push({ rule, start: from + matcher.start(), end: from + matcher.end() });
        }
    return { hits: apart(hits), tooMany: false };
  }
}

function soughtBy(rule: PromptRule): readonly Sought[] {
  return [
    ...rule.needs.map((need): Sought => ({ kind: 'need', rule, folded: fold(need) })),
    ...rule.phrases.flatMap((phrase): Sought[] => {
      const folded = fold(phrase);
      const joined = folded.replaceAll(' ', '');
      const disguised = (text: string, form: ViewForm): Sought => ({ kind: 'phrase', rule, folded: text, form });
      return [
        { kind: 'phrase', rule, folded },
        ...(folded.length < fewestDisguised || !folded.includes(' ')
          ? []
          : [
              disguised([...folded].reverse().join(''), 'reversed'),
              disguised(folded.replace(/[a-z]/g, rot13), 'rot13'),
              disguised(joined, 'spaced letters'),
            ]),
      ];
    }),
  ];
}

function rot13(letter: string): string {
  return String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97);
}

const letter = /[\p{L}\p{N}]/u;

/** Neither begun nor ended within a word, in scripts that set words apart. */
function isWord(text: string, start: number, end: number): boolean {
  const spaced = (at: number) => /[a-z]/i.test(text.charAt(at));
  const before = start > 0 && spaced(start) && letter.test(text.charAt(start - 1));
  const after = end < text.length && spaced(end - 1) && letter.test(text.charAt(end));
  return !before && !after;
}

function apart(hits: readonly RuleHit[]): readonly RuleHit[] {
  const endOf = new Map<PromptRule, number>();
  return [...hits]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .filter(({ rule, start, end }) => {
      if (start < (endOf.get(rule) ?? 0)) return false;
      endOf.set(rule, end);
      return true;
    });
}
