/**
 * Could versus did (C2). What could be reached is the graph's; what was done is the logs'. Between them stands the question whose
 * events are the attacker's.
 *
 * What must stay true:
 *
 * - The events of what is compromised are the attacker's, legitimate use included: nobody can tell them apart from here, and to leave
 *   some out would be to say that they were harmless.
 * - Somebody else's events are the attacker's from the moment on at which one of the attacker's own events takes that identity: a
 *   role assumed, a token made, a process started in a pod, a credential read. That somebody could be taken is not enough; such
 *   events are counted apart (`within`).
 * - What no log tells of is unknown. A system within reach without a log that was read is named, and the answer is limited.
 * - Something touched that the graph has no way to is said as loudly as the rest.
 */
import {
  type CouldDid,
  completeness,
  type Gap,
  type GraphNode,
  type NodeId,
  type NormalEvent,
  nodeRef,
} from '@firebreak/contract';
import type { NodeFinder } from '../events/node-finder.ts';
import type { KnownLog } from '../events/store.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import { hasBit, membersOf } from '../graph/bitset.ts';
import { bestPath } from '../graph/paths.ts';
import { reach } from '../graph/reach.ts';
import { abusedGrants } from './abused-grants.ts';
import { loggedOf, logsIn } from './logged.ts';
import { Touches } from './touches.ts';

export interface CouldDidQuestion {
  readonly graph: AttackGraph;
  readonly compromised: readonly number[];
  readonly find: NodeFinder;
  /** Events of the log, in any order, each possibly more than once. */
  readonly events: Iterable<NormalEvent>;
  /** Systems that the log tells of, as in node ids. */
  readonly logged: ReadonlySet<string>;
  readonly since?: string | undefined;
  /** All that is kept of each log, where that is more than these events. */
  readonly logs?: readonly KnownLog[];
  /** What of the log could not be read. */
  readonly gaps: readonly Gap[];
}

/** Ways are looked for up to so many; each costs a pass over the graph. */
const mostWays = 200;

export function couldVersusDid(question: CouldDidQuestion): CouldDid {
  const { graph, compromised, since, gaps, logged } = question;
  const could = reach(graph.hypergraph, compromised);
  const isWithin = (node: number) => hasBit(could.reached, node);
  const { events, duplicates } = inOrder(question.events, since);
  const touches = new Touches(graph, compromised, question.find);
  let within = 0;
  for (const event of events) if (!touches.add(event) && touches.actorsOf(event).some(isWithin)) within += 1;

  const did = touches.touched().sort(jewelsThenTime);
  const touchedIds = new Set(did.map(({ node }) => node.id));
  const reached = [...membersOf(could.reached)].filter((node) => !graph.isHub(node));
  const jewels = reached.map((node) => graph.nodeAt(node)).filter(({ jewel }) => jewel !== undefined);
  const unlogged = unloggedSystems(
    reached.map((node) => graph.nodeAt(node)),
    logged,
  );
  const first = events[0]?.time;
  const last = events.at(-1)?.time;
  const done = did.map((each, at) => ({
    ...each,
    known: graph.indexOf.has(each.node.id),
    within: isWithin(graph.indexOf.get(each.node.id) ?? -1),
    way: at < mostWays ? wayTo(graph, touches.numberOf(each.by[0]), graph.indexOf.get(each.node.id)) : [],
  }));
  const actors = touches.actors();
  const systems = new Set(reached.map((node) => systemOf(graph.nodeAt(node).id)));
  return {
    compromised: compromised.map((node) => nodeRef(graph.nodeAt(node))),
    ...(since === undefined ? {} : { since }),
    log: {
      events: events.length,
      ...(first === undefined ? {} : { first }),
      ...(last === undefined ? {} : { last }),
      duplicates,
      theirs: touches.events,
      within,
    },
    could: { reached: reached.length, jewels: jewels.length },
    actors,
    did: done,
    abused: abusedGrants(graph, done),
    logged: loggedOf(question.logs ?? logsIn(events), systems, actors),
    untouched: jewels.filter(({ id }) => !touchedIds.has(id)).map(nodeRef),
    unlogged,
    completeness: completeness([...graph.estate.gaps, ...gaps, ...unlogged.map(gapOf)], 'any'),
  };
}

/** By time, then by id; each id once. */
function inOrder(given: Iterable<NormalEvent>, since: string | undefined) {
  const byId = new Map<string, NormalEvent>();
  let duplicates = 0;
  for (const event of given) {
    if (since !== undefined && event.time < since) continue;
    if (byId.has(event.id)) duplicates += 1;
    else byId.set(event.id, event);
  }
  const events = [...byId.values()].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.id < b.id ? -1 : 1));
  return { events, duplicates };
}

type Touched = ReturnType<Touches['touched']>[number];

function jewelsThenTime(a: Touched, b: Touched): number {
  const rank = ({ jewel, events }: Touched) => (jewel !== undefined && events > 0 ? 0 : events > 0 ? 1 : 2);
  return rank(a) - rank(b) || (a.first < b.first ? -1 : a.first > b.first ? 1 : a.node.id < b.node.id ? -1 : 1);
}

/** The most likely way from the actor to what it touched: the grants that let it. */
function wayTo(graph: AttackGraph, from: number | undefined, to: number | undefined): CouldDid['did'][number]['way'] {
  if (from === undefined || to === undefined || from === to) return [];
  return (bestPath(graph, [from], to)?.steps ?? []).map(({ type, from: { id }, to: { id: end } }) => ({
    type,
    from: id,
    to: end,
  }));
}

function unloggedSystems(reached: readonly GraphNode[], logged: ReadonlySet<string>): CouldDid['unlogged'] {
  const systems = new Map<string, { reached: number; jewels: number }>();
  for (const { id, jewel } of reached) {
    const system = systemOf(id);
    const known = systems.get(system) ?? { reached: 0, jewels: 0 };
    known.reached += 1;
    if (jewel !== undefined) known.jewels += 1;
    systems.set(system, known);
  }
  return [...systems]
    .filter(([system]) => !logged.has(system))
    .map(([system, counts]) => ({ system, ...counts, why: `No log of ${system} was read.` }))
    .sort((a, b) => b.jewels - a.jewels || b.reached - a.reached || (a.system < b.system ? -1 : 1));
}

function systemOf(id: NodeId): string {
  return id.slice(0, id.indexOf(':'));
}

function gapOf({ system, reached, why }: CouldDid['unlogged'][number]): Gap {
  return {
    kinds: ['*'],
    where: system,
    code: 'FB-LOG-MISSING',
    reason: `${why} ${reached} things of it are within reach.`,
    next: `Give its log as well (--events).`,
  };
}
