/**
 * The blast radius laid out for drawing, on the server, so that the same estate is the same picture in every browser and
 * nothing moves once it is drawn.
 *
 * Time runs from left to right: a band of columns for each hop. Within a band nodes stand by asset class, then beside the
 * node from which they are first reached, then by id; a band that is too tall continues in the next column. Every node has a
 * place of its own on a grid, so nothing overlaps. O(n log n).
 *
 * What is left out beyond `max` is what says least: nodes that are neither compromised nor crown jewels nor on the way to
 * one go first, far ones before near ones.
 */
import { assetClasses, type Drawing } from '@firebreak/contract';
import type { AttackGraph, StepKey } from './attack-graph.ts';
import { hasBit } from './bitset.ts';
import { jewelsOf } from './jewels.ts';
import { derivationOf, type Reach, reach } from './reach.ts';

export interface DrawingOptions {
  /** How many nodes at most. */
  readonly max: number;
  /** Edges that a plan severs: they are marked, and what is out of reach without them is drawn as safe. */
  readonly severed?: readonly StepKey[];
}

const [columnWidth, rowHeight, bandGap] = [40, 28, 140];

export function drawingOf(graph: AttackGraph, compromised: readonly number[], options: DrawingOptions): Drawing {
  const before = reach(graph.hypergraph, compromised);
  const severed = options.severed ?? [];
  const after = severed.length === 0 ? before : reach(graph.hypergraph, compromised, { cut: graph.cutOf(severed) });
  const held = new Set(compromised);
  const visible = [...before.order].filter((node) => !graph.isHub(node));
  const drawn = mostTelling(graph, before, held, visible, options.max);
  const role = (node: number) => {
    if (held.has(node)) return 'compromised';
    if (!hasBit(after.reached, node)) return 'safe';
    return graph.nodeAt(node).jewel === undefined ? 'reached' : 'jewel';
  };
  return {
    nodes: placed(graph, before, drawn).map(({ node, x, y }) => {
      const { id, kind, class: assetClass, name } = graph.nodeAt(node);
      return { id, kind, class: assetClass, label: name, x, y, hops: before.hops[node] as number, role: role(node) };
    }),
    edges: edgesAmong(graph, before, drawn, severed),
    omitted: visible.length - drawn.length,
  };
}

function mostTelling(
  graph: AttackGraph,
  before: Reach,
  held: ReadonlySet<number>,
  visible: readonly number[],
  max: number,
): number[] {
  if (visible.length <= max) return [...visible];
  const telling = new Set(held);
  for (const jewel of jewelsOf(graph)) {
    if (telling.size >= max) break;
    if (!hasBit(before.reached, jewel)) continue;
    telling.add(jewel);
    for (const edge of derivationOf(graph.hypergraph, before, jewel)) {
      telling.add(graph.hypergraph.heads[edge] as number);
    }
  }
  const rank = (node: number) => (held.has(node) ? 0 : telling.has(node) ? 1 : 2);
  const { hops } = before;
  return [...visible]
    .sort((a, b) => rank(a) - rank(b) || (hops[a] as number) - (hops[b] as number) || a - b)
    .slice(0, max);
}

interface Place {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** Places by band; nodes come in the order of their hops. */
function placed(graph: AttackGraph, before: Reach, drawn: readonly number[]): Place[] {
  const { hops } = before;
  const rows = Math.max(12, Math.ceil(Math.sqrt(drawn.length)));
  const bands = new Map<number, number[]>();
  for (const node of [...drawn].sort((a, b) => (hops[a] as number) - (hops[b] as number) || a - b)) {
    const band = bands.get(hops[node] as number);
    if (band === undefined) bands.set(hops[node] as number, [node]);
    else band.push(node);
  }
  const places: Place[] = [];
  const heightOf = new Map<number, number>();
  let left = 0;
  for (const band of bands.values()) {
    const origins = new Map(band.map((node) => [node, heightOf.get(originOf(graph, before, node)) ?? 0]));
    band.sort(
      (a, b) => classRank(graph, a) - classRank(graph, b) || (origins.get(a) ?? 0) - (origins.get(b) ?? 0) || a - b,
    );
    band.forEach((node, at) => {
      const column = Math.floor(at / rows);
      const inColumn = Math.min(rows, band.length - column * rows);
      const y = ((at % rows) - (inColumn - 1) / 2) * rowHeight;
      heightOf.set(node, y);
      places.push({ node, x: left + column * columnWidth, y });
    });
    left += (Math.ceil(band.length / rows) - 1) * columnWidth + bandGap;
  }
  return places;
}

function classRank(graph: AttackGraph, node: number): number {
  return assetClasses.indexOf(graph.nodeAt(node).class);
}

/** The node from which another is first reached, hubs passed; −1 for sources. */
function originOf(graph: AttackGraph, before: Reach, node: number): number {
  let at = node;
  do {
    const edge = before.via[at] as number;
    if (edge < 0) return -1;
    at = graph.hypergraph.tailsOf(edge)[0] as number;
  } while (graph.isHub(at));
  return at;
}

/**
 * The steps by which the drawn nodes are first reached, and the severed ones. Every further step would be true and would only
 * hide these: it is in the table and in the paths.
 */
function edgesAmong(
  graph: AttackGraph,
  before: Reach,
  drawn: readonly number[],
  severed: readonly StepKey[],
): Drawing['edges'] {
  const ids = new Set(drawn.map((node) => graph.nodeAt(node).id));
  const isSevered = new Set(severed.map(keyOf));
  const edges = new Map<string, Drawing['edges'][number]>();
  const add = (edge: StepKey) => {
    if (!ids.has(edge.to)) return;
    for (const from of [edge.from, ...(edge.with ?? [])]) {
      const line = { from, to: edge.to, type: edge.type };
      if (ids.has(from)) edges.set(JSON.stringify(line), { ...line, severed: isSevered.has(keyOf(edge)) });
    }
  };
  for (const edge of graph.liveEdges(arrivals(graph, before, drawn))) add(edge);
  for (const edge of severed) add(edge);
  return [...edges.values()];
}

function keyOf({ type, from, with: others = [], to }: StepKey): string {
  return JSON.stringify([type, from, [...others].sort(), to]);
}

/** The edges by which nodes are first reached, those into the hubs between included. */
function arrivals(graph: AttackGraph, before: Reach, nodes: readonly number[]): Set<number> {
  const edges = new Set<number>();
  for (const node of nodes) {
    for (let edge = before.via[node] as number; edge >= 0; ) {
      edges.add(edge);
      const tail = graph.hypergraph.tailsOf(edge)[0] as number;
      edge = graph.isHub(tail) ? (before.via[tail] as number) : -1;
    }
  }
  return edges;
}
