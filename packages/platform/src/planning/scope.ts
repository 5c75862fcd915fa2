/**
 * Is this all of it (C6)? Isolated, or the first step of something wider, with the frontier of what is unknown: where the known
 * world ends on the attacker's way, so that "nothing more was found" is never taken for "there is nothing more".
 */
import { type Gap, type GraphNode, nodeRef, type Scope } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';
import type { Reach } from '../graph/reach.ts';

const shownFrontier = 50;
const shownUpstream = 20;
const shownBoundaries = 50;

/** @param reached what the compromised nodes reach while nothing is cut */
export function scopeOf(graph: AttackGraph, compromised: readonly number[], reached: Reach): Scope {
  const nodes = [...reached.order].filter((node) => !graph.isHub(node));
  const held = new Set(compromised);
  const boundaries = boundariesOf(graph, nodes, held);
  const jewels = nodes.filter((node) => graph.nodeAt(node).jewel !== undefined && !held.has(node)).length;
  const frontier = frontierOf(graph, nodes, reached);
  const upstream = upstreamOf(graph, held);
  const others = boundaries.filter(({ own }) => !own);
  const reasons = [
    ...(jewels > 0 ? [`${jewels} crown ${jewels === 1 ? 'jewel is' : 'jewels are'} within reach.`] : []),
    ...(others.length > 0
      ? [
          `It leads out of ${ownNames(boundaries)}, into ${others
            .slice(0, 5)
            .map(({ name }) => name)
            .join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}.`,
        ]
      : []),
    ...(jewels === 0 && others.length === 0 ? [`Nothing leads out of ${ownNames(boundaries)}.`] : []),
    ...(frontier.length > 0
      ? [`At ${frontier.length} places on the way nobody can tell what comes next.`]
      : ['Everything on the way was read.']),
    ...(upstream.length > 0
      ? [
          `${upstream.length} ${upstream.length === 1 ? 'other leads' : 'others lead'} to it in one step: the attacker may hold them already.`,
        ]
      : []),
  ];
  return {
    answer: jewels > 0 || others.length > 0 ? 'wider' : frontier.length > 0 ? 'cannot-tell' : 'isolated',
    reasons,
    boundaries: boundaries.slice(0, shownBoundaries),
    upstream: upstream.slice(0, shownUpstream),
    upstreamCount: upstream.length,
    frontier: frontier.slice(0, shownFrontier),
    frontierCount: frontier.length,
  };
}

/** What a thing is part of, as far as its identifier says: its system, and its namespace or account there. */
function boundaryOf({ id, namespace }: GraphNode): string {
  const system = id.slice(0, Math.max(0, id.indexOf(':')));
  const account = /^[a-z0-9-]+:[A-Za-z.]+\/arn:[a-z-]+:[a-z0-9-]*:[a-z0-9-]*:(\d{12}):/.exec(id)?.[1];
  const part = namespace ?? account;
  return part === undefined ? system : `${system} ${part}`;
}

function boundariesOf(graph: AttackGraph, nodes: readonly number[], held: ReadonlySet<number>): Scope['boundaries'] {
  const found = new Map<string, { name: string; reached: number; jewels: number; own: boolean }>();
  for (const node of nodes) {
    const about = graph.nodeAt(node);
    const name = boundaryOf(about);
    const row = found.get(name) ?? { name, reached: 0, jewels: 0, own: false };
    found.set(name, row);
    row.own ||= held.has(node);
    if (held.has(node)) continue;
    row.reached += 1;
    if (about.jewel !== undefined) row.jewels += 1;
  }
  return [...found.values()].sort(
    (a, b) =>
      Number(b.own) - Number(a.own) || b.jewels - a.jewels || b.reached - a.reached || (a.name < b.name ? -1 : 1),
  );
}

function ownNames(boundaries: Scope['boundaries']): string {
  return boundaries
    .filter(({ own }) => own)
    .map(({ name }) => name)
    .join(', ');
}

/**
 * Reached nodes behind which something may lie that was not read: rules that lead on from nodes of their kind rest on facts with
 * gaps, or the node is only named by others and nothing leads on from it.
 */
function frontierOf(graph: AttackGraph, nodes: readonly number[], reached: Reach): Scope['frontier'] {
  const gaps = gapsByKind(graph);
  const { offsets, needOffsets } = graph.hypergraph;
  const frontier: Scope['frontier'] = [];
  for (const node of nodes) {
    const about = graph.nodeAt(node);
    const gap = gaps.get(about.kind);
    const hops = reached.hops[node] as number;
    if (gap !== undefined) {
      const { rule, gap: first, more } = gap;
      const others = more === 0 ? '' : ` (and ${more} more)`;
      frontier.push({
        node: nodeRef(about),
        hops,
        is: 'gap',
        why: `Whether ${rule} leads on from it is not known. ${first.where}: ${first.reason}${others}`,
        next: first.next,
      });
    } else if (about.facts.length === 0 && isDeadEnd(node, offsets, needOffsets)) {
      frontier.push({
        node: nodeRef(about),
        hops,
        is: 'unread',
        why: 'Others name it, and nothing that was read tells what it is or leads to.',
        next: `Read ${about.id.slice(0, Math.max(0, about.id.indexOf(':')))} too, or the account or namespace that it lies in.`,
      });
    }
  }
  return frontier;
}

function isDeadEnd(node: number, offsets: Int32Array, needOffsets: Int32Array): boolean {
  return offsets[node] === offsets[node + 1] && needOffsets[node] === needOffsets[node + 1];
}

interface KindGap {
  readonly rule: string;
  readonly gap: Gap;
  readonly more: number;
}

/** By node kind, the first gap in what a rule that leads on from it needs. */
function gapsByKind(graph: AttackGraph): ReadonlyMap<string, KindGap> {
  const found = new Map<string, KindGap>();
  const { gaps } = graph.estate;
  if (gaps.length === 0) return found;
  for (const { label, from, needs } of graph.rules) {
    const own = gaps.filter(({ kinds }) => kinds.some((kind) => kind === '*' || needs.some((need) => need === kind)));
    const [gap] = own;
    if (gap === undefined) continue;
    for (const kind of from) if (!found.has(kind)) found.set(kind, { rule: label, gap, more: own.length - 1 });
  }
  return found;
}

/** Who leads into the compromised set by one step, hubs passed. */
function upstreamOf(graph: AttackGraph, held: ReadonlySet<number>): Scope['upstream'] {
  const { hypergraph } = graph;
  const { offsets, edges } = hypergraph.incoming();
  const found = new Map<number, string>();
  const look = (into: number): void => {
    for (let at = offsets[into] as number; at < (offsets[into + 1] as number); at += 1) {
      const edge = edges[at] as number;
      const tails = [...hypergraph.tailsOf(edge)];
      for (const tail of tails) {
        if (graph.isHub(tail)) look(tail);
        else if (!held.has(tail) && !found.has(tail)) found.set(tail, graph.ruleOf(edge)?.label ?? '');
      }
    }
  };
  for (const node of held) look(node);
  return [...found].sort(([a], [b]) => a - b).map(([node, by]) => ({ ...nodeRef(graph.nodeAt(node)), by }));
}
