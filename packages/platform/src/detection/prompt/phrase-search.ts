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
const around = 200;
const mostTries = 512;
/** What is shorter occurs backwards or in rot13 by chance. */
const fewestDisguised = 12;

type Sought =
  | { readonly kind: 'phrase'; readonly rule: PromptRule; readonly folded: string; readonly form?: ViewForm }
  | { readonly kind: 'need'; readonly rule: PromptRule; readonly folded: string };

export class PhraseSearch {
  readonly #sought: readonly Sought[];
  readonly #automaton: Automaton;

  constructor(rules: readonly PromptRule[]) {
    this.#sought = rules.flatMap(soughtBy);
    this.#automaton = new Automaton(this.#sought.map(({ folded }, id) => ({ id, text: folded })));
  }

  /** Hits of one rule do not overlap; of each rule at most the first of every place. `tooMany`: words were left untried. */
  find(text: string): { readonly hits: readonly RuleHit[]; readonly tooMany: boolean } {
    const flat = text.includes('\n') ? text.replaceAll('\n', ' ') : text;
    const hits: RuleHit[] = [];
    const triedTo = new Map<PromptRule, number>();
    let tries = 0;
    this.#automaton.scan(flat, (id, end) => {
      const sought = this.#sought[id];
      if (sought === undefined) return;
      const start = end - sought.folded.length;
      if (start < 0 || fold(flat.slice(start, end)) !== sought.folded) return;
      if (sought.kind === 'phrase') {
        if (isWord(flat, start, end))
          hits.push({ rule: sought.rule, start, end, ...(sought.form === undefined ? {} : { form: sought.form }) });
        return;
      }
      // What lies before is tried already.
      const from = Math.max(start - around, triedTo.get(sought.rule) ?? 0);
      if (tries >= mostTries || end <= (triedTo.get(sought.rule) ?? 0)) return;
      tries += 1;
      const part = text.slice(from, end + around);
      for (const pattern of sought.rule.patterns) {
        const matcher = pattern.matcher(part);
        if (!matcher.find()) continue;
        const at = { start: from + matcher.start(), end: from + matcher.end() };
        triedTo.set(sought.rule, at.end);
        hits.push({ rule: sought.rule, ...at });
        return;
      }
    });
    return { hits: apart(hits), tooMany: tries >= mostTries };
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
