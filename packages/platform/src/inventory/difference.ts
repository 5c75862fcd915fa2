/**
 * What changed between two estates, in reach before objects: which identity now gets what it did not, and by which new way. Nodes
 * are the same when their ids are; ids are stable across collections and never built from what may change.
 */
import { type Difference, type GraphNode, nodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { assetOf } from './asset.ts';
import { bestWay } from './best-way.ts';
import { impactOf } from './impact.ts';
import { queryNodes } from './query/query.ts';
import { type ReachTable, reachTable } from './reach-table.ts';

export interface DifferenceQuestion {
  /** Queries, asked of both sides. */
  readonly identities: string;
  readonly protect: readonly string[];
  readonly now: Date;
  /** Of how many pairs, on each side, the path is told. */
  readonly why: number;
}

type Pair = Difference['reach']['gained'][number];

/** The answer of `firebreak diff`. @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY */
export function differenceOf(before: AttackGraph, after: AttackGraph, question: DifferenceQuestion): Difference {
  const [old, now] = [sideOf(before, question), sideOf(after, question)];
  const gained = onlyIn(now, old, question.why);
  const lost = onlyIn(old, now, question.why);
  return {
    reach: { gained, lost },
    objects: objectsOf(before, after),
    edges: edgesOf(before, after),
    counts: { gained: gained.length, lost: lost.length, scoreBefore: old.score, scoreAfter: now.score },
    completeness: both(before, after),
  };
}

interface Side {
  readonly graph: AttackGraph;
  readonly identities: readonly number[];
  readonly protect: readonly number[];
  readonly table: ReachTable;
  readonly impacts: readonly number[];
  /** Places by id. */
  readonly identityAt: ReadonlyMap<string, number>;
  readonly assetAt: ReadonlyMap<string, number>;
  readonly score: number;
}

function sideOf(graph: AttackGraph, question: DifferenceQuestion): Side {
  const identities = queryNodes(graph, question.identities, question.now);
  const meant = new Set(question.protect.flatMap((text) => queryNodes(graph, text, question.now)));
  const protect = [...meant].sort((a, b) => a - b);
  const table = reachTable(graph.hypergraph, identities, protect);
  const impacts = protect.map((node) => impactOf(graph.nodeAt(node)).value);
  const score = identities.reduce(
    (sum, _, place) => table.reachedFrom(place).reduce((each, goal) => each + (impacts[goal] as number), sum),
    0,
  );
  const places = (nodes: readonly number[]) => new Map(nodes.map((node, place) => [graph.nodeAt(node).id, place]));
  return {
    graph,
    identities,
    protect,
    table,
    impacts,
    identityAt: places(identities),
    assetAt: places(protect),
    score,
  };
}

/** The pairs that one side has and the other has not, worst first. */
function onlyIn(here: Side, there: Side, why: number): Pair[] {
  const pairs: { readonly pair: Pair; readonly start: number; readonly goal: number }[] = [];
  for (const [place, identity] of here.identities.entries()) {
    const from = here.graph.nodeAt(identity);
    const start = there.identityAt.get(from.id);
    for (const reached of here.table.reachedFrom(place)) {
      const goal = here.protect[reached] as number;
      const asset = here.graph.nodeAt(goal);
      const end = there.assetAt.get(asset.id);
      if (start !== undefined && end !== undefined && there.table.has(start, end)) continue;
      const because = start === undefined ? 'identity' : end === undefined ? 'asset' : 'access';
      const impact = here.impacts[reached] as number;
      pairs.push({ pair: { identity: nodeRef(from), asset: nodeRef(asset), impact, because }, start: identity, goal });
    }
  }
  const order = { access: 0, identity: 1, asset: 2 };
  pairs.sort((a, b) => b.pair.impact - a.pair.impact || order[a.pair.because] - order[b.pair.because]);
  return pairs.map(({ pair, start, goal }, place) => {
    const path = place < why ? bestWay(here.graph, start, goal) : undefined;
    return path === undefined ? pair : { ...pair, path };
  });
}

function objectsOf(before: AttackGraph, after: AttackGraph): Difference['objects'] {
  const added: GraphNode[] = [];
  const changed: Difference['objects']['changed'] = [];
  for (const node of visible(after)) {
    const known = before.indexOf.get(node.id);
    if (known === undefined) {
      added.push(node);
      continue;
    }
    const fields = changedFields(before.nodeAt(known), node);
    if (fields.length > 0) changed.push({ ...nodeRef(node), fields });
  }
  const removed = [...visible(before)].filter(({ id }) => !after.indexOf.has(id));
  return { added: added.map(nodeRef), removed: removed.map(nodeRef), changed };
}

/** Where a node was read says nothing about it: facts are left out. */
function changedFields(before: GraphNode, after: GraphNode): string[] {
  const [old, now] = [before, after].map((node) => ({ ...assetOf(node), facts: undefined }) as Record<string, unknown>);
  const names = new Set([...Object.keys(old as object), ...Object.keys(now as object)]);
  return [...names].filter((name) => text(old?.[name]) !== text(now?.[name])).sort();
}

/** The same text for the same value, whatever the order of its keys. */
function text(value: unknown): string {
  return (
    JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'object' && each !== null && !Array.isArray(each)
        ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
        : each,
    ) ?? ''
  );
}

function* visible(graph: AttackGraph): Generator<GraphNode> {
  for (const [index, node] of graph.nodes.entries()) if (!graph.isHub(index)) yield node;
}

/** Edges of the hypergraph by type: a step into a group counts once, and so does a membership, as `member`. */
function edgesOf(before: AttackGraph, after: AttackGraph): Difference['edges'] {
  const counts = new Map<string, { added: number; removed: number }>();
  const [old, now] = [keysOf(before), keysOf(after)];
  const count = (
    keys: ReadonlyMap<string, string>,
    others: ReadonlyMap<string, string>,
    field: 'added' | 'removed',
  ) => {
    for (const [key, type] of keys) {
      if (others.has(key)) continue;
      const known = counts.get(type) ?? { added: 0, removed: 0 };
      known[field] += 1;
      counts.set(type, known);
    }
  };
  count(now, old, 'added');
  count(old, now, 'removed');
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, each]) => ({ type, ...each }));
}

function keysOf(graph: AttackGraph): Map<string, string> {
  const { hypergraph } = graph;
  const keys = new Map<string, string>();
  for (let edge = 0; edge < hypergraph.edgeCount; edge += 1) {
    const type = graph.ruleOf(edge)?.label ?? 'member';
    const tails = Array.from(hypergraph.tailsOf(edge), (tail) => graph.nodeAt(tail).id);
    keys.set([type, ...tails, graph.nodeAt(hypergraph.heads[edge] as number).id].join('\n'), type);
  }
  return keys;
}

function both({ completeness: one }: AttackGraph, { completeness: other }: AttackGraph): Difference['completeness'] {
  if (one.answer === 'complete') return other;
  return other.answer === 'complete' ? one : { answer: 'limited', reasons: [...one.reasons, ...other.reasons] };
}
