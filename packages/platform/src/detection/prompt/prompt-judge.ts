/**
 * A text → whether instructions were smuggled into it. One signal beside provenance, and it says so: whoever writes plainly and politely
 * what a user could ask as well is found by where the text came from, not by its words.
 *
 * What must stay true:
 * - time is linear in the text, and there is a bound on it; what was left out is said (`truncated`);
 * - text of a user may hold instructions: for it only rules about breaking out count, and never the model;
 * - every signal names a rule and the place in the original that it stands on.
 */
import type { PromptOrigin, PromptSignal, PromptVerdict } from '@firebreak/contract';
import { SentenceReader } from './features.ts';
import { injectionAt, type LinearModel, suspiciousAt } from './linear-model.ts';
import { PhraseSearch } from './phrase-search.ts';
import type { PromptRule } from './rule-pack.ts';
import { readingsOf } from './unfold.ts';
import type { View } from './view.ts';

/** Units of a text that are looked at. */
export const longestText = 4 << 20;
const mostReadings = 600;
const mostSignals = 20;
const mostShown = 160;
/** Whoever hides an instruction means it. */
const hiddenWeight = 3;
const hiding = new Set<View['form']>([
  'tag characters',
  'variation selectors',
  'base64',
  'hex',
  'percent',
  'spaced letters',
]);

const caveat =
  'One signal beside provenance, no proof: what was not found may still be an injection, and what was found may be a text about injections.';

export class PromptJudge {
  readonly #search: PhraseSearch;
  readonly #model: LinearModel;
  readonly #sentences = new SentenceReader();

  constructor(rules: readonly PromptRule[], model: LinearModel) {
    this.#search = new PhraseSearch(rules);
    this.#model = model;
  }

  judge(text: string, origin: PromptOrigin): PromptVerdict {
    const signals: PromptSignal[] = [];
    let truncated = text.length > longestText;
    let readings = 0;
    let modelSays = Number.NEGATIVE_INFINITY;
    for (const view of readingsOf(truncated ? text.slice(0, longestText) : text)) {
      readings += 1;
      if (readings > mostReadings) {
        truncated = true;
        break;
      }
      const { hits, tooMany } = this.#search.find(view.text);
      truncated ||= tooMany;
      if (tooMany) signals.push(signal(view, { start: 0, end: view.text.length }, flood(view.form)));
      for (const { rule, start, end, form = view.form } of hits)
        if (rule.where === 'anywhere' || origin !== 'user')
          signals.push(
            signal(
              view,
              { start, end },
              { rule: rule.id, title: rule.title, form, tags: rule.tags, weight: rule.weight },
            ),
          );
      if (view.form === 'tag characters' || view.form === 'variation selectors')
        signals.push(signal(view, { start: 0, end: view.text.length }, hiddenText(view.form)));
      if (origin === 'user') continue;
      const best = this.#strangest(view);
      if (best === undefined) continue;
      modelSays = Math.max(modelSays, best.weight);
      if (best.weight >= suspiciousAt) signals.push(best);
    }
    return this.#verdict(signals, { origin, truncated, modelSays });
  }

  /** The sentence that looks most like an instruction. */
  #strangest(view: View): PromptSignal | undefined {
    let best = { weight: Number.NEGATIVE_INFINITY, start: 0, end: 0 };
    this.#sentences.read(view.text, (sentence) => {
      const weight = this.#model.judge(sentence);
      if (weight > best.weight) best = { weight, start: sentence.start, end: sentence.end };
    });
    if (best.weight === Number.NEGATIVE_INFINITY) return undefined;
    const title = 'Reads like an instruction to a model, in text that may give none';
    return signal(view, best, { rule: 'model', title, form: view.form, tags: ['llm01.2025'], weight: best.weight });
  }

  #verdict(
    signals: PromptSignal[],
    { origin, truncated, modelSays }: { origin: PromptOrigin; truncated: boolean; modelSays: number },
  ): PromptVerdict {
    // The same rule again, or the same place in another reading, adds nothing.
    const perRule = new Map<string, number>();
    for (const { rule, weight, form } of signals)
      if (rule !== 'model') {
        const whole = weight + (hiding.has(form as View['form']) ? hiddenWeight : 0);
        perRule.set(rule, Math.max(perRule.get(rule) ?? 0, whole));
      }
    const rules = [...perRule.values()].reduce((sum, weight) => sum + weight, 0);
    // What both say a little is said.
    const weight = Math.max(rules, modelSays, rules > 0 && modelSays >= suspiciousAt ? rules + modelSays : 0);
    return {
      verdict: weight >= injectionAt ? 'injection' : weight >= suspiciousAt ? 'suspicious' : 'none',
      score: Math.round(1000 / (1 + Math.exp(injectionAt - weight))) / 1000,
      origin,
      signals: signals.sort((a, b) => b.weight - a.weight).slice(0, mostSignals),
      truncated: truncated || signals.length > mostSignals,
      caveat,
    };
  }
}

/** Nobody writes so many but to keep one of them from being looked at. */
function flood(form: View['form']) {
  return {
    rule: 'flood',
    title: 'More words of injections than are looked at',
    form,
    tags: ['llm01.2025'],
    weight: suspiciousAt,
  };
}

function hiddenText(form: View['form']) {
  return {
    rule: 'hidden-text',
    title: 'Text in characters that nobody sees',
    form,
    tags: ['llm01.2025', 'atlas.aml.t0051'],
    weight: 3,
  };
}

function signal(
  view: View,
  { start, end }: { readonly start: number; readonly end: number },
  about: Omit<PromptSignal, 'start' | 'end' | 'says' | 'tags'> & { readonly tags: readonly string[] },
): PromptSignal {
  return {
    ...about,
    tags: [...about.tags],
    weight: Math.round(about.weight * 100) / 100,
    ...view.place(start, end),
    says: view.text.slice(start, Math.min(end, start + mostShown)),
  };
}
