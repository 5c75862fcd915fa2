/** The fields of the one form of an event that have a column, and where in the form each stands. */
import { Branch, JsonWalk, type Sink } from './json-walk.ts';

/** `actor` has the nodes that acted, groups as well, and `name` the actor's name. */
const places = {
  actor: ['actor.id', 'actor.credential', 'actor.behind', 'actor.also'],
  name: ['actor.name'],
  credential: ['actor.credential'],
  session: ['actor.session'],
  target: ['targets'],
  operation: ['operation'],
  activity: ['activity'],
  outcome: ['outcome'],
  reason: ['reason'],
  format: ['source.format'],
  system: ['system'],
  address: ['actor.address'],
  agent: ['actor.agent'],
  id: ['id'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type FormColumn = keyof typeof places;
export const formColumns = Object.keys(places) as readonly FormColumn[];

/** @returns goes through the form of an event, and hands on its time and the values of its fields */
export function formWalk(
  time: Sink,
  of: Readonly<Record<FormColumn, Sink>>,
): (place: number, bytes: Buffer, start: number, end: number) => boolean {
  const sinks = new Map<string, Sink[]>([['time', [time]]]);
  for (const name of formColumns)
    for (const path of places[name]) sinks.set(path, [...(sinks.get(path) ?? []), of[name]]);
  const ways = new Set([...sinks.keys()].flatMap((path) => [path, path.split('.')[0] as string]));
  const root = new Branch('', '', []);
  const walk = new JsonWalk((branch, key) => {
    const path = branch === root ? key : `${branch.path}.${key}`;
    return ways.has(path) ? new Branch(key, path, sinks.get(path) ?? []) : null;
  });
  return (place, bytes, start, end) => walk.walk(root, place, bytes, start, end);
}
