import { isDeepStrictEqual } from 'node:util';
import type { AttackGraph } from '../packages/platform/src/graph/attack-graph.ts';

/** @throws Error when two graphs differ in anything: a node, an edge, an order, odds, a note, a fact that is cited. */
export function mustBeSame(one: AttackGraph, other: AttackGraph): void {
  const must = (what: string, same: boolean) => {
    if (!same) throw new Error(`the graphs differ in ${what}`);
  };
  must('nodes', isDeepStrictEqual(one.nodes, other.nodes));
  for (const part of ['offsets', 'heads', 'types', 'andOffsets', 'andTails', 'hubs'] as const)
    must(part, isDeepStrictEqual(one.hypergraph[part], other.hypergraph[part]));
  must('odds', isDeepStrictEqual(one.likelihoods, other.likelihoods));
  must('completeness', isDeepStrictEqual(one.completeness, other.completeness));
  for (let edge = 0; edge < one.hypergraph.edgeCount; edge += 1) {
    must('notes', one.noteOf(edge) === other.noteOf(edge));
    must('facts', one.factsOf(edge).join('\n') === other.factsOf(edge).join('\n'));
  }
}
