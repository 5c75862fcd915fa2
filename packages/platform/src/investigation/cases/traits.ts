/**
 * What grouping knows of a detection: who acted, what was taken and changed, when. Made once, when it comes in, from its events and
 * the estate of that moment, and kept: what holds an incident together must not fall apart because a step of its containment took
 * the way out of the graph.
 */
import { type Detection, findingSeverities, type NodeId, type NormalEvent } from '@firebreak/contract';
import { actingNodes } from '../../events/acting-nodes.ts';
import type { NodeFinder } from '../../events/node-finder.ts';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { takenBy } from '../taking.ts';
import { isShared } from './shared-nodes.ts';

/** A node that somebody came to hold, or changed; ms since 1970. */
export interface Held {
  readonly node: NodeId;
  readonly at: number;
  readonly by: NodeId;
  readonly operation: string;
}

/** Plain JSON data. Nodes by the estate's ids where it has them, else as the events name them. */
export interface Traits {
  readonly id: string;
  /** ms since 1970. */
  readonly first: number;
  readonly last: number;
  /** May open an incident and bring two together; a light one only joins. */
  readonly strong: boolean;
  /** Who it is put down to: whoever stands behind before whom they pretended to be, and what the estate has before what it has not. */
  readonly principal: NodeId | null;
  /** Two detections with the same key are by the same hand. */
  readonly keys: readonly string[];
  /** All who acted and are nobody else's too. */
  readonly actors: readonly NodeId[];
  readonly took: readonly Held[];
  readonly changed: readonly Held[];
  /** What was really touched, not only tried. */
  readonly touched: readonly NodeId[];
  readonly about: readonly NodeId[];
}

export interface EstateView {
  readonly graph: AttackGraph;
  readonly find: NodeFinder;
}

const mostHeld = 50;
const mostTouched = 200;

/** @param events those of its cited events that are known */
export function traitsOf(
  detection: Detection,
  events: readonly NormalEvent[],
  estate: EstateView | undefined,
  opens: Detection['severity'],
): Traits {
  const name = (id: NodeId, activity: NormalEvent['activity']): NodeId => {
    const node = estate?.find(id, activity);
    return node === undefined || estate === undefined ? id : estate.graph.nodeAt(node).id;
  };
  const who = (id: NodeId) => name(id, 'authenticate');
  const isKnown = (id: NodeId) => estate?.graph.indexOf.has(id) === true;
  const hands = [...new Set([...events.flatMap(byImportance), ...detection.by].map(who))];
  const actors = hands.filter((id) => !isShared(estate?.graph, id));
  const about = unique(detection.about.map((id) => name(id, 'read')));
  const first = momentOf(detection.first);
  const principals = actors.length > 0 ? actors : hands;
  const principal = principals.find(isKnown) ?? principals[0] ?? null;
  const done = events.filter(({ outcome }) => outcome === 'done' || outcome === 'unknown');
  return {
    id: detection.id,
    first,
    last: Math.max(first, momentOf(detection.last)),
    strong: detection.status === 'stable' && rank(detection.severity) >= rank(opens),
    principal,
    keys: keysOf(
      detection,
      actors,
      principal,
      about.filter((id) => !isShared(estate?.graph, id)),
    ),
    actors,
    took: done.flatMap((event) => tookOf(event, estate, who)).slice(0, mostHeld),
    changed: done.flatMap((event) => changedOf(event, name, who)).slice(0, mostHeld),
    touched: unique(
      events.length === 0
        ? about
        : done.flatMap(({ targets, activity }) => targets.map((target) => name(target, activity))),
    ).slice(0, mostTouched),
    about: about.slice(0, mostTouched),
  };
}

/** 0 info … 4 critical. */
export function rank(severity: Detection['severity']): number {
  return findingSeverities.indexOf(severity);
}

function byImportance(event: NormalEvent): readonly NodeId[] {
  const { behind, id } = event.actor;
  return [behind, id, ...actingNodes(event)].filter((each) => each !== undefined);
}

/**
 * Who acted, as keys. A session's name that is long and has digits is taken to be nobody else's, so it holds across identities; a
 * short one ("admin", "s1") only together with its identity. Where nobody acted (a drift) the thing itself is the key.
 */
function keysOf(
  { sessions }: Detection,
  actors: readonly NodeId[],
  principal: NodeId | null,
  about: readonly NodeId[],
): string[] {
  const ofSessions = sessions.map((text) =>
    isUnique(text) ? `session ${text}` : `session of ${principal ?? ''} ${text}`,
  );
  const keys = [...actors.map((id) => `node ${id}`), ...ofSessions];
  return unique(keys.length > 0 || principal !== null ? keys : about.map((id) => `about ${id}`)).slice(0, mostTouched);
}

function isUnique(session: string): boolean {
  return session.length >= 12 && /\d/.test(session);
}

function tookOf(event: NormalEvent, estate: EstateView | undefined, who: (id: NodeId) => NodeId): Held[] {
  const { activity, targets, operation, time } = event;
  const by = who(byImportance(event)[0] ?? '');
  const taken = targets.flatMap((target): NodeId[] => {
    const node = estate?.find(target, activity);
    if (estate !== undefined && node !== undefined)
      return takenBy(estate.graph, node, activity).map((each) => estate.graph.nodeAt(each).id);
    return activity === 'authenticate' ? [target] : [];
  });
  return taken.filter((node) => node !== by).map((node) => ({ node, at: momentOf(time), by, operation }));
}

function changedOf(
  event: NormalEvent,
  name: (id: NodeId, activity: NormalEvent['activity']) => NodeId,
  who: (id: NodeId) => NodeId,
): Held[] {
  const { activity, targets, operation, time } = event;
  if (activity !== 'change' && activity !== 'execute') return [];
  const by = who(byImportance(event)[0] ?? '');
  return targets.map((target) => ({ node: name(target, activity), at: momentOf(time), by, operation }));
}

/** A time that cannot be read counts as none, at the beginning of all. */
function momentOf(text: string): number {
  const at = Date.parse(text);
  return Number.isNaN(at) ? 0 : at;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Of a detection that has grown: what its earlier events showed stays true, although not all of them are cited any more. */
export function withBefore(before: Traits | undefined, now: Traits): Traits {
  if (before === undefined) return now;
  const held = (one: readonly Held[], other: readonly Held[]) =>
    [...new Map([...one, ...other].map((each) => [`${each.node} ${each.by} ${each.at}`, each])).values()].slice(
      0,
      mostHeld,
    );
  return {
    ...now,
    first: Math.min(before.first, now.first),
    last: Math.max(before.last, now.last),
    keys: unique([...before.keys, ...now.keys]),
    took: held(before.took, now.took),
    changed: held(before.changed, now.changed),
    touched: unique([...before.touched, ...now.touched]).slice(0, mostTouched),
    about: unique([...before.about, ...now.about]).slice(0, mostTouched),
  };
}
