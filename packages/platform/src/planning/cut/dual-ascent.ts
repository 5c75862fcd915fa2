/**
 * A cut and a bound in one pass, without a solver. Each surviving derivation is paid for by the cheapest that is left of its
 * levers; what was paid is taken from the rest of all of them, and a lever with nothing left is pulled. This is dual ascent for the
 * hitting set (Bar-Yehuda & Even 1981); on a graph of plain edges with one lever each it is augmenting a flow along paths without
 * ever taking flow back.
 *
 * What must stay true: payments never exceed the cost of any lever in sum, so their total is a lower bound on the cost of any cut.
 * When levers that turned out to be superfluous are left out again and cost and bound meet, both are optimal.
 */
import type { Reach } from '../../graph/reach.ts';
import type { DerivationSearch } from './derivation-search.ts';

export interface Ascent {
  readonly pulled: ReadonlySet<number>;
  readonly cost: number;
  readonly bound: number;
}

/** Costs that differ by less are the same. */
export const tolerance = 1e-6;
/** Levers that are tried without, at the most; each try is one walk over the graph. */
const mostTries = 64;

/**
 * @param costs of the levers met so far; grows while the search asks
 * @param pins levers that must be pulled
 */
export function ascend(
  search: DerivationSearch,
  costs: () => readonly number[],
  pins: ReadonlySet<number>,
  start: Reach,
): Ascent {
  const paid = new Map<number, number>();
  const left = (lever: number): number => (costs()[lever] as number) - (paid.get(lever) ?? 0);
  let bound = 0;
  const pay = (levers: readonly number[]): number[] => {
    const amount = Math.min(...levers.map(left));
    bound += amount;
    for (const lever of levers) paid.set(lever, (paid.get(lever) ?? 0) + amount);
    return levers.filter((lever) => left(lever) <= tolerance);
  };

  const pulled = new Set<number>();
  for (const pin of pins) for (const lever of pay([pin])) pulled.add(lever);
  for (const { levers } of search.rows)
    if (!levers.some((lever) => pulled.has(lever))) for (const lever of pay(levers)) pulled.add(lever);
  search.sweep(pulled, pulled.size === 0 ? start : search.reachedUnder(pulled), pay);

  const costOf = () => [...pulled].reduce((sum, lever) => sum + (costs()[lever] as number), 0);
  const candidates = [...pulled].filter((lever) => !pins.has(lever)).reverse();
  for (const lever of candidates.slice(0, mostTries)) {
    if (costOf() <= bound + tolerance) break;
    pulled.delete(lever);
    if (!search.isCut(pulled)) pulled.add(lever);
  }
  return { pulled, cost: costOf(), bound };
}
