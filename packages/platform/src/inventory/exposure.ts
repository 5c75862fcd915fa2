/**
 * Exposure: which identities reach which of the assets that matter, ranked by reach × business impact. Reach is exact, AND-steps
 * included; impact is the owner's (impact.ts). Nothing else enters: neither the technology nor the number of steps. An identity's
 * score is the impact of all that it reaches; an asset's, its impact times the identities that reach it.
 */
import { type Exposure, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { bestWay } from './best-way.ts';
import { impactOf } from './impact.ts';
import { reachTable } from './reach-table.ts';

export interface ExposureQuestion {
  /** Node numbers. */
  readonly identities: readonly number[];
  readonly protect: readonly number[];
  /** For how many of the worst identities the best path is told. */
  readonly why: number;
}

/** The answer of `firebreak exposure`. */
export function exposureOf(graph: AttackGraph, { identities, protect, why }: ExposureQuestion): Exposure {
  const table = reachTable(graph.hypergraph, identities, protect);
  const impacts = protect.map((node) => impactOf(graph.nodeAt(node)));
  const reachedBy = new Int32Array(protect.length);
  const rows = identities.flatMap((node, place) => {
    const reaches = table.reachedFrom(place);
    let score = 0;
    for (const goal of reaches) {
      reachedBy[goal] = (reachedBy[goal] as number) + 1;
      score += impacts[goal]?.value ?? 0;
    }
    return reaches.length === 0 ? [] : [{ node, reaches, score }];
  });
  rows.sort((a, b) => b.score - a.score || b.reaches.length - a.reaches.length || a.node - b.node);

  const scoreOf = (goal: number) => (impacts[goal]?.value ?? 0) * (reachedBy[goal] as number);
  const ranked = protect
    .map((_, goal) => goal)
    .sort((a, b) => scoreOf(b) - scoreOf(a) || (reachedBy[b] as number) - (reachedBy[a] as number) || a - b);
  const rankOf = new Int32Array(protect.length);
  for (const [rank, goal] of ranked.entries()) rankOf[goal] = rank;

  return {
    identities: rows.map(({ node: number, reaches, score }) => {
      const node = graph.nodeAt(number);
      return {
        ...nodeRef(node),
        ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
        score,
        reaches: reaches.map((goal) => rankOf[goal] as number).sort((a, b) => a - b),
      };
    }),
    protected: ranked.map((goal) => {
      const node = graph.nodeAt(protect[goal] as number);
      return {
        ...nodeRef(node),
        class: node.class,
        ...(node.about?.owner === undefined ? {} : { owner: node.about.owner }),
        ...(node.jewel === undefined ? {} : { jewel: node.jewel }),
        impact: impacts[goal] as (typeof impacts)[number],
        reachedBy: reachedBy[goal] as number,
        score: scoreOf(goal),
      };
    }),
    why: rows.slice(0, why).flatMap(({ node, reaches }) => {
      const worst = reaches.reduce((best, goal) => ((rankOf[goal] as number) < (rankOf[best] as number) ? goal : best));
      return bestWay(graph, node, protect[worst] as number) ?? [];
    }),
    counts: {
      identities: identities.length,
      exposing: rows.length,
      protected: protect.length,
      exposed: reachedBy.filter((count) => count > 0).length,
      pairs: rows.reduce((sum, { reaches }) => sum + reaches.length, 0),
      score: rows.reduce((sum, { score }) => sum + score, 0),
    },
    completeness: graph.completeness,
  };
}
