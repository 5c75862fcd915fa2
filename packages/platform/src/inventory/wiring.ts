/**
 * How things are put together, read off the graph without knowing any system. An attack step is *direct* when it leads from one
 * thing to one other and not into a group: groups are what a power could choose among ("any account of the namespace"), direct
 * steps are what is there (this container runs as this account, this channel delivers that workload). A direct step is *firm*
 * when it works for sure: what needs a hole in something is an attack and no wiring.
 *
 * From that follow what runs as which identity, what a running part belongs to, and who has power over a thing.
 */
import type { AssetClass } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';

/** A step of the hypergraph from or to a node; `other` is the node at its other end. */
export interface Wire {
  readonly edge: number;
  readonly other: number;
}

/** What runs code. */
const running: ReadonlySet<AssetClass> = new Set(['workload', 'pipeline', 'agent', 'tool', 'model', 'guardrail']);
/** What an attacker holds only as a power over other things: it belongs to whoever holds it. */
const powers: ReadonlySet<AssetClass> = new Set(['permission', 'control-plane']);
const actors: ReadonlySet<AssetClass> = new Set(['identity', 'credential']);

export function isRunning(graph: AttackGraph, node: number): boolean {
  return running.has(graph.nodeAt(node).class);
}

function isActor(graph: AttackGraph, node: number): boolean {
  return actors.has(graph.nodeAt(node).class);
}

/** Direct steps that a node is a holding of, each head. */
export function* directFrom(graph: AttackGraph, node: number): Generator<Wire> {
  const { offsets, heads, needOffsets, neededBy } = graph.hypergraph;
  for (let edge = offsets[node] as number; edge < (offsets[node + 1] as number); edge += 1) {
    const other = heads[edge] as number;
    if (!graph.isHub(other) && other !== node) yield { edge, other };
  }
  for (let at = needOffsets[node] as number; at < (needOffsets[node + 1] as number); at += 1) {
    const edge = neededBy[at] as number;
    const other = heads[edge] as number;
    if (!graph.isHub(other) && other !== node) yield { edge, other };
  }
}

/** Direct steps into a node, each holding of each. */
export function* directInto(graph: AttackGraph, node: number): Generator<Wire> {
  const { hypergraph } = graph;
  const { offsets, edges } = hypergraph.incoming();
  for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at += 1) {
    const edge = edges[at] as number;
    for (const other of hypergraph.tailsOf(edge)) if (!graph.isHub(other) && other !== node) yield { edge, other };
  }
}

/** All steps into a node, those through a group included. */
function* everyInto(graph: AttackGraph, node: number): Generator<Wire> {
  const { hypergraph } = graph;
  const { offsets, edges } = hypergraph.incoming();
  for (let at = offsets[node] as number; at < (offsets[node + 1] as number); at += 1) {
    const edge = edges[at] as number;
    for (const other of hypergraph.tailsOf(edge)) {
      if (other === node) continue;
      if (graph.isHub(other)) yield* everyInto(graph, other);
      else yield { edge, other };
    }
  }
}

export function isFirm(graph: AttackGraph, { edge }: Wire): boolean {
  return (graph.likelihoods[edge] as number) === 1;
}

/** The parts that run with an identity or credential, ascending. */
export function usersOf(graph: AttackGraph, identity: number): number[] {
  const users = new Set<number>();
  for (const wire of directInto(graph, identity))
    if (isFirm(graph, wire) && isRunning(graph, wire.other)) users.add(wire.other);
  return [...users].sort((a, b) => a - b);
}

/** The identities and credentials that a part runs with, ascending. */
export function identitiesUsedBy(graph: AttackGraph, part: number): number[] {
  const used = new Set<number>();
  for (const wire of directFrom(graph, part))
    if (isFirm(graph, wire) && isActor(graph, wire.other)) used.add(wire.other);
  return [...used].sort((a, b) => a - b);
}

/** Parts above one at most; whoever nests deeper gets the part itself as its whole. */
const maxParts = 1000;

/** What a running part belongs to: itself and what it is run by, up to the whole (container, pod, deployment). */
export function belongsTo(graph: AttackGraph, part: number): readonly number[] {
  const seen = new Set([part]);
  for (const node of seen) {
    // An agent, a model, a pipeline is a whole: what runs it is not what it belongs to.
    if (graph.nodeAt(node).class !== 'workload') continue;
    for (const wire of directInto(graph, node))
      if (isFirm(graph, wire) && isRunning(graph, wire.other)) seen.add(wire.other);
    if (seen.size > maxParts) return [part];
  }
  return [...seen];
}

/** The wholes that a part belongs to: those of `belongsTo` that nothing else runs. */
export function wholesOf(graph: AttackGraph, part: number): number[] {
  const chain = belongsTo(graph, part);
  const inside = new Set(chain);
  const wholes = chain.filter((node) => {
    if (graph.nodeAt(node).class !== 'workload') return true;
    for (const wire of directInto(graph, node)) if (isFirm(graph, wire) && inside.has(wire.other)) return false;
    return true;
  });
  return wholes.length === 0 ? [part] : wholes;
}

/** Somebody with power over a thing. */
export interface Authority {
  /** An identity or a credential. */
  readonly actor: number;
  /** The last step: how the thing is got. */
  readonly edge: number;
  /** The powers between, the nearest to the thing first. */
  readonly through: readonly number[];
}

/**
 * Who has power over a thing without having to break into anything: identities and credentials from which only powers
 * (permissions, control over a control plane) lie between, and those that act as such an identity by themselves (its keys, the
 * members of a group). Where a step needs several things at once, one must have power over all of them. Who could first get hold
 * of such an identity is a question of reach and not of power. One entry an actor, by the shortest way.
 *
 * @param except edge types that do not count as a way into the thing itself
 */
export function authoritiesOver(
  graph: AttackGraph,
  node: number,
  except: ReadonlySet<number> = new Set(),
): Authority[] {
  return search(graph, node, except, new Set([node]));
}

/** A power or an actor that was come to, with what else the steps from it need. */
interface Visit extends Authority {
  readonly needs: readonly number[];
}

/** @param asked things whose authorities are being looked for already: a step that needs itself is none */
function search(
  graph: AttackGraph,
  node: number,
  except: ReadonlySet<number>,
  asked: ReadonlySet<number>,
): Authority[] {
  const found = new Map<number, Authority>();
  // By a way that needs more a thing may be come to before the way that needs nothing.
  const seen = new Set([node]);
  const seenNeeding = new Set<number>();
  let round: Visit[] = [{ actor: node, edge: -1, through: [], needs: [] }];
  while (round.length > 0) {
    const next: Visit[] = [];
    for (const { actor: at, edge: last, through, needs: before } of round) {
      const acting = found.has(at);
      for (const wire of acting ? directInto(graph, at) : everyInto(graph, at)) {
        const { other } = wire;
        if (seen.has(other) || (last < 0 && except.has(graph.hypergraph.types[wire.edge] as number))) continue;
        const needs = [...before, ...besides(graph, wire)];
        const visit = { actor: other, edge: last < 0 ? wire.edge : last, needs };
        if (!acting && powers.has(graph.nodeAt(other).class)) {
          const once = needs.length === 0 ? seen : seenNeeding;
          if (once.has(other)) continue;
          once.add(other);
          next.push({ ...visit, through: [...through, other] });
        } else if (isActor(graph, other) && isFirm(graph, wire)) {
          if (!needs.every((need) => need === other || hasPower(graph, other, need, asked))) continue;
          seen.add(other);
          found.set(other, { actor: other, edge: visit.edge, through });
          next.push({ ...visit, through, needs: [] });
        }
      }
    }
    round = next;
  }
  return [...found.values()].sort((a, b) => a.actor - b.actor);
}

/** The other things that a step needs. */
function besides(graph: AttackGraph, { edge, other }: Wire): number[] {
  return Array.from(graph.hypergraph.tailsOf(edge)).filter((tail) => tail !== other && !graph.isHub(tail));
}

const knownActors = new WeakMap<AttackGraph, Map<number, ReadonlySet<number>>>();

function hasPower(graph: AttackGraph, actor: number, over: number, asked: ReadonlySet<number>): boolean {
  if (asked.has(over)) return false;
  const known = knownActors.get(graph) ?? new Map<number, ReadonlySet<number>>();
  knownActors.set(graph, known);
  let actors = known.get(over);
  if (actors === undefined) {
    actors = new Set(search(graph, over, new Set(), new Set([...asked, over])).map((each) => each.actor));
    // What was found while something was left out for being asked already is no answer for others.
    if (asked.size === 1) known.set(over, actors);
  }
  return actors.has(actor);
}

/** The functions that an identity serves, by what runs with it (A6). */
export type Function = 'training' | 'inference' | 'retrieval' | 'agent' | 'tool' | 'admin';

const functionOf: Partial<Record<AssetClass, Function>> = {
  pipeline: 'training',
  model: 'inference',
  'vector-store': 'retrieval',
  'feature-store': 'retrieval',
  agent: 'agent',
  tool: 'tool',
};

/** What the parts are for, and `admin` where the identity itself has power over a control plane. */
export function functionsOf(graph: AttackGraph, identity: number, users: readonly number[]): Function[] {
  const found = new Set<Function>();
  for (const user of users) {
    for (const part of belongsTo(graph, user)) {
      const means = functionOf[graph.nodeAt(part).class];
      if (means !== undefined) found.add(means);
    }
  }
  if (administers(graph, identity)) found.add('admin');
  return [...found].sort();
}

/** Whether powers alone lead from an identity to a control plane. */
export function administers(graph: AttackGraph, identity: number): boolean {
  const seen = new Set([identity]);
  for (const node of seen) {
    for (const { other } of directFrom(graph, node)) {
      const { class: kind } = graph.nodeAt(other);
      if (kind === 'control-plane') return true;
      if (kind === 'permission') seen.add(other);
    }
  }
  return false;
}
