/**
 * What if this edge, grant, node or step were gone: exposure before and after. Nothing is derived again; each side is the same
 * exact question to the same graph, once under a cut mask, so it costs what one exposure costs.
 */
import { nodeRef, type WhatIf } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bestWay } from './best-way.ts';
import { impactOf } from './impact.ts';
import { type ReachTable, reachTable } from './reach-table.ts';
import { together, toggleOf } from './toggles.ts';

export interface WhatIfQuestion {
  /** As people write them, see toggles.ts. */
  readonly toggles: readonly string[];
  /** Node numbers. */
  readonly identities: readonly number[];
  readonly protect: readonly number[];
  /** Of how many of the relieved a path that is left is told. */
  readonly left: number;
}

/**
 * The answer of `firebreak whatif`.
 *
 * @throws FirebreakError FB-TOGGLE-UNKNOWN, FB-NODE-UNKNOWN, FB-NODE-AMBIGUOUS, FB-QUERY-COSTLY
 */
export function whatIf(graph: AttackGraph, question: WhatIfQuestion): WhatIf {
  const { identities, protect } = question;
  const toggles = question.toggles.map((text) => toggleOf(graph, text));
  const options = together(graph, toggles);
  const impacts = protect.map((node) => impactOf(graph.nodeAt(node)).value);
  const before = reachTable(graph.hypergraph, identities, protect);
  const after = reachTable(graph.hypergraph, identities, protect, options);

  const relieved = identities.flatMap((node, place) => {
    const kept = after.reachedFrom(place);
    const keeps = new Set(kept);
    const loses = before.reachedFrom(place).filter((goal) => !keeps.has(goal));
    const score = loses.reduce((sum, goal) => sum + (impacts[goal] as number), 0);
    return loses.length === 0 ? [] : [{ node, loses, kept, score }];
  });
  relieved.sort((a, b) => b.score - a.score || b.loses.length - a.loses.length || a.node - b.node);
  return {
    toggled: toggles.map(({ toggle, is, edges }) => ({ toggle, is, edges })),
    before: scoreOf(before, identities, impacts),
    after: scoreOf(after, identities, impacts),
    relieved: relieved.map(({ node, loses, kept, score }) => ({
      ...nodeRef(graph.nodeAt(node)),
      loses: loses.map((goal) => nodeRef(graph.nodeAt(protect[goal] as number))),
      keeps: kept.length,
      score,
    })),
    left: relieved
      .filter(({ kept }) => kept.length > 0)
      .slice(0, question.left)
      .flatMap(({ node, kept }) => {
        const worst = kept.reduce((best, goal) =>
          (impacts[goal] as number) > (impacts[best] as number) ? goal : best,
        );
        return bestWay(graph, node, protect[worst] as number, options) ?? [];
      }),
    completeness: graph.completeness,
  };
}

function scoreOf(table: ReachTable, identities: readonly number[], impacts: readonly number[]): WhatIf['before'] {
  const exposed = new Set<number>();
  let [exposing, pairs, score] = [0, 0, 0];
  for (let place = 0; place < identities.length; place += 1) {
    const reached = table.reachedFrom(place);
    if (reached.length > 0) exposing += 1;
    pairs += reached.length;
    for (const goal of reached) {
      exposed.add(goal);
      score += impacts[goal] as number;
    }
  }
  return { exposing, exposed: exposed.size, pairs, score };
}
