/**
 * What a what-if takes away, from the words of a person:
 *
 * - an *edge*, as `firebreak edges` prints it: `POD_EXEC  kubernetes:… → kubernetes:…`, with `+` between several holdings;
 *   `TYPE from to` does as well;
 * - a *fact*, by its id: every edge that cites it, as if the object were deleted. Where the object is a node too, the node goes
 *   with it;
 * - a *node*, by id or name: it cannot be held any more;
 * - a *lever*, by its key `action|{"param":"value"}` or `action param=value …`: every edge that names it. Whole levers are looked
 *   for among the edges of the rules that name the action, so this costs a walk over those edges.
 *
 * Where an edge has two derivations that rest on different facts, taking one fact leaves the other: the step stays.
 */
import { type FactId, FirebreakError, lever } from '@firebreak/contract';
import type { AttackGraph, StepKey } from '../graph/attack-graph.ts';
import { addBit, type Bitset, bitset, countBits, hasBit, membersOf } from '../graph/bitset.ts';
import type { Cut } from '../graph/hypergraph.ts';
import { addAll } from './query/node-sets.ts';

export interface Toggle {
  readonly toggle: string;
  readonly is: 'edge' | 'fact' | 'node' | 'lever';
  readonly cut: Cut;
  /** Nodes that can no longer be held. */
  readonly without: Bitset;
  /** How many edges of the hypergraph the cut touches. */
  readonly edges: number;
}

/** Live edges that are asked for their levers, at the most: some seconds. */
const maxLeverEdges = 2_000_000;

/** @throws FirebreakError FB-TOGGLE-UNKNOWN, FB-NODE-AMBIGUOUS, FB-QUERY-COSTLY */
export function toggleOf(graph: AttackGraph, text: string): Toggle {
  const toggle = text.trim();
  const edge = edgeToggle(graph, toggle);
  if (edge !== undefined) return { toggle, is: 'edge', ...edge };
  const fact = factToggle(graph, toggle);
  if (fact !== undefined) return { toggle, is: 'fact', ...fact };
  const pulled = leverToggle(graph, toggle);
  if (pulled !== undefined) return { toggle, is: 'lever', ...pulled };
  return { toggle, is: 'node', ...nodeToggle(graph, toggle) };
}

type Taken = Pick<Toggle, 'cut' | 'without' | 'edges'>;

function edgeToggle(graph: AttackGraph, text: string): Taken | undefined {
  const key = edgeKey(graph, text);
  if (key === undefined) return undefined;
  const cut = graph.cutOf([key]);
  const edges = countBits(cut.edges);
  if (edges === 0) throw unknown(text, 'There is no such edge.');
  return { cut, without: bitset(graph.nodes.length), edges };
}

/** An edge in the printed form or as `TYPE from to`; undefined when the first word is no type of an edge. */
function edgeKey(graph: AttackGraph, text: string): StepKey | undefined {
  const [type = ''] = text.split(/\s/, 1);
  if (!graph.rules.some(({ label }) => label === type)) return undefined;
  const rest = text.slice(type.length).trim();
  const arrow = rest.indexOf(' → ');
  if (arrow < 0) {
    const [from, to, ...more] = rest.split(/\s+/);
    if (from === undefined || to === undefined || more.length > 0)
      throw unknown(text, 'An edge is written `TYPE from → to`.');
    return { type, from: idOf(graph, from), to: idOf(graph, to) };
  }
  const [from = '', ...others] = rest
    .slice(0, arrow)
    .split(' + ')
    .map((each) => idOf(graph, each.trim()));
  const target = rest.slice(arrow + ' → '.length).trim();
  return { type, from, ...(others.length === 0 ? {} : { with: others }), to: idOf(graph, withoutNote(graph, target)) };
}

/** The remark that `firebreak edges` prints behind an edge is no part of the id. */
function withoutNote(graph: AttackGraph, text: string): string {
  if (graph.indexOf.has(text)) return text;
  const note = text.indexOf('  (');
  return note < 0 ? text : text.slice(0, note);
}

function idOf(graph: AttackGraph, text: string): string {
  return graph.nodeAt(graph.resolve(text)).id;
}

function factToggle(graph: AttackGraph, text: string): Taken | undefined {
  const citing = edgesCiting(graph, text);
  if (citing.length === 0) return undefined;
  const { hypergraph } = graph;
  const edges = bitset(hypergraph.edgeCount);
  for (const edge of citing) addBit(edges, edge);
  const without = bitset(graph.nodes.length);
  const node = graph.indexOf.get(text);
  if (node !== undefined && !graph.isHub(node)) addBit(without, node);
  return { cut: { edges }, without, edges: citing.length };
}

const citations = new WeakMap<AttackGraph, ReadonlyMap<FactId, readonly number[]>>();

/** The edges, memberships of groups included, that cite a fact. Indexed at the first question. */
function edgesCiting(graph: AttackGraph, fact: FactId): readonly number[] {
  let index = citations.get(graph);
  if (index === undefined) {
    const made = new Map<FactId, number[]>();
    for (let edge = 0; edge < graph.hypergraph.edgeCount; edge += 1) {
      for (const cited of graph.factsOf(edge)) {
        const edges = made.get(cited);
        if (edges === undefined) made.set(cited, [edge]);
        else edges.push(edge);
      }
    }
    index = made;
    citations.set(graph, index);
  }
  return index.get(fact) ?? [];
}

function nodeToggle(graph: AttackGraph, text: string): Taken {
  const node = graph.resolve(text);
  const without = bitset(graph.nodes.length);
  addBit(without, node);
  const { hypergraph } = graph;
  const { offsets } = hypergraph.incoming();
  let edges = (offsets[node + 1] as number) - (offsets[node] as number);
  edges += (hypergraph.offsets[node + 1] as number) - (hypergraph.offsets[node] as number);
  edges += (hypergraph.needOffsets[node + 1] as number) - (hypergraph.needOffsets[node] as number);
  return { cut: { edges: bitset(hypergraph.edgeCount) }, without, edges };
}

function leverToggle(graph: AttackGraph, text: string): Taken | undefined {
  const [action = ''] = text.split(/[|\s]/, 1);
  const rules = graph.rules.filter(({ severedBy }) => severedBy.includes(action));
  if (rules.length === 0) return undefined;
  const wanted = leverKey(action, text);
  const types = new Set(rules.map((rule) => graph.rules.indexOf(rule)));
  const keys: StepKey[] = [];
  let seen = 0;
  const candidates: number[] = [];
  for (let edge = 0; edge < graph.hypergraph.edgeCount; edge += 1)
    if (types.has(graph.hypergraph.types[edge] as number)) candidates.push(edge);
  const memberships = membershipsBelow(graph, candidates);
  for (const live of graph.liveEdges([...candidates, ...memberships])) {
    seen += 1;
    if (seen > maxLeverEdges)
      throw new FirebreakError('FB-QUERY-COSTLY', `More than ${maxLeverEdges} edges might name ${action}.`);
    if (live.rule.levers(live, graph.estate).some(({ key }) => key === wanted)) keys.push(live);
  }
  if (keys.length === 0) throw unknown(text, `No edge names the lever ${wanted}.`);
  const cut = graph.cutOf(keys);
  return { cut, without: bitset(graph.nodes.length), edges: countBits(cut.edges) };
}

function membershipsBelow({ hypergraph }: AttackGraph, edges: readonly number[]): number[] {
  const hubs = new Set<number>();
  for (const edge of edges) {
    const head = hypergraph.heads[edge] as number;
    if (hasBit(hypergraph.hubs, head)) hubs.add(head);
  }
  const found: number[] = [];
  for (const hub of hubs)
    for (let out = hypergraph.offsets[hub] as number; out < (hypergraph.offsets[hub + 1] as number); out += 1)
      found.push(out);
  return found;
}

/** `action|{…}` as it is, or `action name=value …`. */
function leverKey(action: string, text: string): string {
  const rest = text.slice(action.length).trim();
  if (rest.startsWith('|')) return text;
  const params =
    rest === ''
      ? []
      : rest.split(/\s+/).map((pair) => {
          const equals = pair.indexOf('=');
          if (equals < 1) throw unknown(text, 'A lever is written `action name=value …` or by its key.');
          return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
        });
  return lever(action, Object.fromEntries(params)).key;
}

function unknown(toggle: string, why: string): FirebreakError {
  return new FirebreakError('FB-TOGGLE-UNKNOWN', why, { detail: { toggle } });
}

/** All that several toggles take away together. */
export function together(graph: AttackGraph, toggles: readonly Toggle[]): Pick<Toggle, 'cut' | 'without'> {
  const edges = bitset(graph.hypergraph.edgeCount);
  const without = bitset(graph.nodes.length);
  const whole = bitset(graph.hypergraph.edgeCount);
  const pairs = new Map<number, Set<number>>();
  for (const { cut, without: nodes } of toggles) {
    addAll(edges, cut.edges);
    addAll(without, nodes);
    for (const [edge, members] of cut.pairs ?? []) pairs.set(edge, new Set([...(pairs.get(edge) ?? []), ...members]));
    for (const edge of membersOf(cut.edges)) if (!cut.pairs?.has(edge)) addBit(whole, edge);
  }
  for (const edge of [...pairs.keys()]) if (hasBit(whole, edge)) pairs.delete(edge);
  return { cut: { edges, pairs }, without };
}
