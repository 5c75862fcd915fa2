/** How likely a way is, with what it depends on. */
import type { FactId } from '@firebreak/contract';

export interface Odds {
  readonly likelihood: number;
  readonly notes: readonly string[];
  readonly facts: readonly FactId[];
}
export const certain: Odds = { likelihood: 1, notes: [], facts: [] };

/** One after the other. */
export function both(a: Odds, b: Odds): Odds {
  return {
    likelihood: a.likelihood * b.likelihood,
    notes: [...a.notes, ...b.notes],
    facts: [...a.facts, ...b.facts],
  };
}
export const perhaps = (likelihood: number, note: string, facts: readonly FactId[] = []): Odds => ({
  likelihood,
  notes: [note],
  facts,
});
