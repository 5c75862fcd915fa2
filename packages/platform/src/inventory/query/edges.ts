/** `edge TYPE to …` and `edge TYPE from …`: one live edge, whichever group it leads through. */
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { addBit, type Bitset, bitset, hasBit, membersOf } from '../../graph/bitset.ts';
import { matchesPattern } from './pattern.ts';
import type { Pattern } from './syntax.ts';

/** Nodes that are a holding of some edge of the type to one of the targets. */
export function withEdgeTo(graph: AttackGraph, type: Pattern, targets: Bitset): Bitset {
  const { hypergraph } = graph;
  const { heads, types, offsets, edgeCount } = hypergraph;
  const wanted = typesLike(graph, type);
  const found = bitset(graph.nodes.length);
  const targetsIn = new Map<number, number>();
  const countTargets = (hub: number): number => {
    let count = targetsIn.get(hub);
    if (count === undefined) {
      count = 0;
      for (let out = offsets[hub] as number; out < (offsets[hub + 1] as number); out += 1)
        if (hasBit(targets, heads[out] as number)) count += 1;
      targetsIn.set(hub, count);
    }
    return count;
  };
  for (let edge = 0; edge < edgeCount; edge += 1) {
    if (!wanted.has(types[edge] as number)) continue;
    const head = heads[edge] as number;
    const tails = hypergraph.tailsOf(edge);
    if (graph.isHub(head)) {
      // A step to what is held already is none: such members do not count.
      let others = countTargets(head);
      for (const tail of tails) if (hasBit(targets, tail) && graph.membershipEdge(head, tail) >= 0) others -= 1;
      if (others === 0) continue;
    } else if (!hasBit(targets, head) || Array.from(tails).includes(head)) continue;
    for (const tail of tails) addBit(found, tail);
  }
  return found;
}

/** Nodes to which some edge of the type leads that one of the sources is a holding of. */
export function withEdgeFrom(graph: AttackGraph, type: Pattern, sources: Bitset): Bitset {
  const { hypergraph } = graph;
  const { offsets, heads, types, needOffsets, neededBy } = hypergraph;
  const wanted = typesLike(graph, type);
  const found = bitset(graph.nodes.length);
  /** By hub, the holdings of all edges into it: to these no edge leads, if they are members. */
  const heldByAll = new Map<number, ReadonlySet<number>>();
  const pass = (edge: number) => {
    if (!wanted.has(types[edge] as number)) return;
    const head = heads[edge] as number;
    const tails = Array.from(hypergraph.tailsOf(edge));
    if (graph.isHub(head)) {
      const before = heldByAll.get(head);
      heldByAll.set(head, new Set(before === undefined ? tails : tails.filter((tail) => before.has(tail))));
    } else if (!tails.includes(head)) addBit(found, head);
  };
  for (const node of membersOf(sources)) {
    for (let edge = offsets[node] as number; edge < (offsets[node + 1] as number); edge += 1) pass(edge);
    for (let at = needOffsets[node] as number; at < (needOffsets[node + 1] as number); at += 1)
      pass(neededBy[at] as number);
  }
  for (const [hub, held] of heldByAll) {
    for (let out = offsets[hub] as number; out < (offsets[hub + 1] as number); out += 1) {
      const member = heads[out] as number;
      if (!held.has(member)) addBit(found, member);
    }
  }
  return found;
}

/** The edge types whose label is as the pattern has it. */
function typesLike(graph: AttackGraph, pattern: Pattern): ReadonlySet<number> {
  return new Set(graph.rules.flatMap(({ label }, type) => (matchesPattern(pattern, label) ? [type] : [])));
}
