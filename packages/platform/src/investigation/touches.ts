/** Who acted for the attacker, and what was touched: one event after the other, in the order of time. */
import { type CouldDid, type GraphNode, type NodeId, type NormalEvent, nodeRef } from '@firebreak/contract';
import { actingNodes } from '../events/acting-nodes.ts';
import type { NodeFinder } from '../events/node-finder.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { takenBy } from './taking.ts';

type Span = { first: string; last: string; events: number };
type Actor = CouldDid['actors'][number];
type Session = Actor['sessions'][number];
type Touched = Omit<CouldDid['did'][number], 'known' | 'within' | 'way'>;

interface Kept {
  readonly node: GraphNode;
  readonly span: Span;
  refused: number;
  readonly activities: Map<NormalEvent['activity'], number>;
  readonly approvals: Map<NonNullable<NormalEvent['approval']>['state'], number>;
  readonly operations: Map<string, number>;
  readonly by: Set<NodeId>;
  readonly examples: string[];
}

const mostSessions = 20;
const mostOperations = 10;
const mostExamples = 5;

export class Touches {
  readonly #graph: AttackGraph;
  readonly #find: NodeFinder;
  readonly #actors = new Map<number, { takenBy?: Actor['takenBy']; span?: Span; sessions: Map<string, Session> }>();
  readonly #kept = new Map<NodeId, Kept>();
  /** Events of the attacker. */
  events = 0;

  constructor(graph: AttackGraph, compromised: readonly number[], find: NodeFinder) {
    this.#graph = graph;
    this.#find = find;
    for (const node of compromised) {
      this.#actors.set(node, { sessions: new Map() });
      // A process in a container acts with the tokens that are bound to its pod.
      const [, pod] = /^kubernetes:Container\/([^/]+\/[^/]+)\//.exec(graph.nodeAt(node).id) ?? [];
      const index = pod === undefined ? undefined : graph.indexOf.get(`kubernetes:Pod/${pod}`);
      if (index !== undefined) this.#actors.set(index, { sessions: new Map() });
    }
  }

  numberOf(id: NodeId | undefined): number | undefined {
    return id === undefined ? undefined : this.#graph.indexOf.get(id);
  }

  /** The nodes that acted, as far as the graph has them. */
  actorsOf(event: NormalEvent): readonly number[] {
    return actingNodes(event).flatMap((id) => this.#find(id, 'authenticate') ?? []);
  }

  /** Whether it is the attacker's. */
  add(event: NormalEvent): boolean {
    const nodes = this.actorsOf(event);
    const acting = nodes.find((node) => this.#actors.has(node));
    if (acting === undefined) return false;
    this.events += 1;
    this.#acts(acting, event);
    for (const target of event.targets) this.#touch(target, acting, event);
    return true;
  }

  actors(): Actor[] {
    return [...this.#actors]
      .filter(([, { span, takenBy }]) => span !== undefined || takenBy !== undefined)
      .map(([node, { takenBy, span, sessions }]) => ({
        node: nodeRef(this.#graph.nodeAt(node)),
        ...(span ?? { first: takenBy?.time ?? '', last: takenBy?.time ?? '', events: 0 }),
        ...(takenBy === undefined ? {} : { takenBy }),
        sessions: [...sessions.values()].sort((a, b) => b.events - a.events).slice(0, mostSessions),
      }));
  }

  touched(): Touched[] {
    return [...this.#kept.values()].map(({ node, span, refused, activities, approvals, operations, by, examples }) => ({
      ...span,
      node: nodeRef(node),
      // A bare node is one that only the event names.
      ...(node.facts.length === 0 ? {} : { class: node.class }),
      ...(node.jewel === undefined ? {} : { jewel: node.jewel }),
      refused,
      activities: Object.fromEntries(activities),
      ...(approvals.size === 0 ? {} : { approvals: Object.fromEntries(approvals) }),
      operations: [...operations]
        .map(([operation, events]) => ({ operation, events }))
        .sort((a, b) => b.events - a.events || (a.operation < b.operation ? -1 : 1))
        .slice(0, mostOperations),
      by: [...by],
      examples,
    }));
  }

  #acts(node: number, { time, actor: { session, address, agent } }: NormalEvent): void {
    const actor = this.#actors.get(node);
    if (actor === undefined) return;
    actor.span = longer(actor.span, time, true);
    const key = JSON.stringify([session, address, agent]);
    const known = actor.sessions.get(key);
    const span = longer(known, time, true);
    actor.sessions.set(key, {
      ...span,
      ...(session === undefined ? {} : { session }),
      ...(address === undefined ? {} : { address }),
      ...(agent === undefined ? {} : { agent }),
    });
  }

  #touch(target: NodeId, by: number, event: NormalEvent): void {
    const index = this.#find(target, event.activity);
    const node = index === undefined ? bareNode(target) : this.#graph.nodeAt(index);
    const actor = this.#graph.nodeAt(by).id;
    if (node.id === actor) return;
    const isDone = event.outcome === 'done' || event.outcome === 'unknown';
    const known = this.#kept.get(node.id);
    const kept: Kept = known ?? {
      node,
      span: { first: event.time, last: event.time, events: 0 },
      refused: 0,
      activities: new Map(),
      approvals: new Map(),
      operations: new Map(),
      by: new Set(),
      examples: [],
    };
    this.#kept.set(node.id, kept);
    Object.assign(kept.span, longer(kept.span, event.time, isDone));
    if (!isDone) kept.refused += 1;
    else kept.activities.set(event.activity, (kept.activities.get(event.activity) ?? 0) + 1);
    const approval = event.approval?.state;
    if (isDone && approval !== undefined) kept.approvals.set(approval, (kept.approvals.get(approval) ?? 0) + 1);
    kept.operations.set(event.operation, (kept.operations.get(event.operation) ?? 0) + 1);
    kept.by.add(actor);
    if (kept.examples.length < mostExamples) kept.examples.push(event.id);
    if (isDone && index !== undefined) this.#take(index, actor, event);
  }

  #take(node: number, from: NodeId, { id, time, operation, activity }: NormalEvent): void {
    for (const taken of takenBy(this.#graph, node, activity))
      if (!this.#actors.has(taken))
        this.#actors.set(taken, { takenBy: { event: id, time, operation, from }, sessions: new Map() });
  }
}

function longer(span: Span | undefined, time: string, counts: boolean): Span {
  if (span === undefined) return { first: time, last: time, events: counts ? 1 : 0 };
  return {
    first: span.first < time ? span.first : time,
    last: span.last > time ? span.last : time,
    events: span.events + (counts ? 1 : 0),
  };
}

function bareNode(id: NodeId): GraphNode {
  const kind = id.slice(id.indexOf(':') + 1, id.indexOf('/'));
  return { id, kind, class: 'inventory', name: id.slice(id.lastIndexOf('/') + 1), facts: [] };
}
