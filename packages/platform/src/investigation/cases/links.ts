/**
 * What may hold two detections together, as a relation between the two and nothing else: it does not ask what else there is, nor what
 * came first. So which detections come together does not depend on the order in which they come in. Never by time alone: time only
 * narrows what an identity, a taking or a way suggests.
 *
 * Of pairs that follow from others (a third detection of the same hand between two) only the neighbours are named; what they hold
 * together is the same.
 */
import type { JoinRule, NodeId } from '@firebreak/contract';
import type { Held, Traits } from './traits.ts';
import type { Way, Ways } from './ways.ts';

export interface Link {
  readonly rule: Extract<JoinRule, 'identity' | 'lineage' | 'path'>;
  /** For `lineage` and `path`, whose act led to the other. */
  readonly from: Traits;
  readonly to: Traits;
  /** What it rests on: a key, what was taken or changed, the two ends of the way. */
  readonly by:
    | { readonly key: string }
    | { readonly held: Held; readonly is: 'took' | 'changed' }
    | { readonly way: Way };
}

export interface Spans {
  /** Two acts of one hand further apart are not the same story. */
  readonly windowMs: number;
  /** A way suggests more the sooner it was gone. */
  readonly wayMs: number;
}

/** The best rule first. */
const ruleRanks = ['identity', 'lineage', 'path'] as const satisfies readonly Link['rule'][];

/** An order of links that depends on them alone. */
export function byStrength(a: Link, b: Link): number {
  return (
    ruleRanks.indexOf(a.rule) - ruleRanks.indexOf(b.rule) ||
    Math.max(a.from.last, a.to.last) - Math.max(b.from.last, b.to.last) ||
    compare(least(a), least(b)) ||
    compare(greatest(a), greatest(b))
  );
}

/** Detections by key and by actor, in the order of time. */
export class Index {
  readonly #byKey: ReadonlyMap<string, readonly Traits[]>;
  readonly #byActor: ReadonlyMap<NodeId, readonly Traits[]>;
  /** What nobody did (a drift), by what it is about. Apart from the others: only what shares a key may be passed over. */
  readonly #byThing: ReadonlyMap<NodeId, readonly Traits[]>;
  readonly #all: readonly Traits[];
  readonly #spans: Spans;

  constructor(detections: readonly Traits[], spans: Spans) {
    this.#all = [...detections].sort((a, b) => a.last - b.last || compare(a.id, b.id));
    this.#byKey = indexed(this.#all, ({ keys }) => keys);
    this.#byActor = indexed(this.#all, ({ actors }) => actors);
    this.#byThing = indexed(this.#all, ({ keys, about }) => about.filter((id) => keys.includes(`about ${id}`)));
    this.#spans = spans;
  }

  /** Links among the indexed, each pair perhaps by several rules. */
  *links(ways: Ways | undefined): Generator<Link> {
    for (const [key, list] of this.#byKey)
      for (let at = 1; at < list.length; at += 1) {
        const [from, to] = [list[at - 1] as Traits, list[at] as Traits];
        if (to.last - from.last <= this.#spans.windowMs) yield { rule: 'identity', from, to, by: { key } };
      }
    for (const one of this.#all) yield* this.#from(one, ways);
  }

  /** Links between one that is not indexed and those that are, by hand and by taking. */
  *linksOf(one: Traits): Generator<Link> {
    for (const key of one.keys)
      for (const other of around(this.#byKey.get(key) ?? [], one.last))
        if (Math.abs(other.last - one.last) <= this.#spans.windowMs)
          yield { rule: 'identity', from: other, to: one, by: { key } };
    yield* this.#lineage(one);
    for (const actor of one.actors)
      for (const { held, taker } of this.#takers(actor))
        if (one.last >= held.at && one.last - held.at <= this.#spans.windowMs)
          yield { rule: 'lineage', from: taker, to: one, by: { held, is: 'took' } };
  }

  *#from(one: Traits, ways: Ways | undefined): Generator<Link> {
    yield* this.#lineage(one);
    if (ways === undefined) return;
    const starts = [
      ...one.actors.map((node) => ({ node, at: one.first })),
      ...one.took.map(({ node, at }) => ({ node, at })),
      ...one.changed.map(({ node, at }) => ({ node, at })),
    ];
    for (const { node, at } of starts)
      for (const near of ways.near(node))
        for (const to of this.#next(near, one, at, this.#spans.wayMs))
          yield { rule: 'path', from: one, to, by: { way: ways.way(node, near) } };
  }

  /** What it took or changed acted later, or is what a detection without actor is about. */
  *#lineage(one: Traits): Generator<Link> {
    for (const is of ['took', 'changed'] as const)
      for (const held of one[is])
        for (const to of this.#next(held.node, one, held.at, this.#spans.windowMs))
          yield { rule: 'lineage', from: one, to, by: { held, is } };
  }

  /** The first others of this node from then on, as actor and as thing; later ones share its key. */
  *#next(node: NodeId, one: Traits, from: number, within: number): Generator<Traits> {
    for (const index of [this.#byActor, this.#byThing]) {
      const list = index.get(node) ?? [];
      for (let at = firstFrom(list, from); at < list.length; at += 1) {
        const other = list[at] as Traits;
        if (other.last > from + within) break;
        if (other.id === one.id) continue;
        yield other;
        break;
      }
    }
  }

  #takersOf: ReadonlyMap<NodeId, readonly { held: Held; taker: Traits }[]> | undefined;
  #takers(actor: NodeId): readonly { held: Held; taker: Traits }[] {
    if (this.#takersOf === undefined) {
      const found = new Map<NodeId, { held: Held; taker: Traits }[]>();
      for (const taker of this.#all)
        for (const held of taker.took) found.set(held.node, [...(found.get(held.node) ?? []), { held, taker }]);
      this.#takersOf = found;
    }
    return this.#takersOf.get(actor) ?? [];
  }
}

function indexed(all: readonly Traits[], keysOf: (one: Traits) => readonly string[]): Map<string, Traits[]> {
  const found = new Map<string, Traits[]>();
  for (const one of all)
    for (const key of keysOf(one)) {
      const list = found.get(key);
      if (list === undefined) found.set(key, [one]);
      else list.push(one);
    }
  return found;
}

/** The last before a time and the first from it on. */
function around(list: readonly Traits[], time: number): Traits[] {
  const at = firstFrom(list, time);
  return [list[at - 1], list[at]].filter((each) => each !== undefined);
}

function firstFrom(list: readonly Traits[], time: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as Traits).last < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
function least({ from, to }: Link): string {
  return compare(from.id, to.id) < 0 ? from.id : to.id;
}
function greatest({ from, to }: Link): string {
  return compare(from.id, to.id) < 0 ? to.id : from.id;
}
