/**
 * Which detections are one incident: what links hold together, of the strong ones; a light one joins that of its nearest.
 *
 * What must stay true:
 *
 * - Among detections that no person has touched, the outcome is that of their set: the order in which they come in, and how they are
 *   batched, change nothing. Links are between two (links.ts) and what has come together stays together.
 * - A person's word stands: what was put together or apart by hand is not undone. Of links that would cross it the best are taken
 *   first, in an order of their own, and the others are told as `related`.
 * - Light detections (on trial, below the threshold) bring nothing together, or noise would be the glue.
 */
import { byStrength, Index, type Link, type Spans } from './links.ts';
import type { Traits } from './traits.ts';
import type { Ways } from './ways.ts';

export interface Grouped {
  readonly traits: Traits;
  /** Where it is already. */
  readonly incident: string | null;
  /** Put there by a person. */
  readonly pinned: boolean;
}

export interface GroupingQuestion {
  readonly detections: readonly Grouped[];
  /** Pairs of incidents that a person set apart. */
  readonly apart: readonly (readonly [string, string])[];
  /** Incidents in which something is being carried out: no two of them become one by themselves. */
  readonly worked: ReadonlySet<string>;
  readonly ways: Ways | undefined;
  readonly spans: Spans;
}

export interface Cluster {
  /** Ids of detections, ascending. */
  readonly members: readonly string[];
  /** Incidents that they are in already: none, one, or several that become one. */
  readonly incidents: readonly string[];
}

export interface Grouping {
  /** Those with a strong detection, or an incident. */
  readonly clusters: readonly Cluster[];
  /** By detection, the best link that holds it in its cluster. */
  readonly links: ReadonlyMap<string, Link>;
  /** Links between two clusters that stay two. */
  readonly refused: readonly { readonly one: string; readonly other: string; readonly link: Link }[];
}

export function group({ detections, apart, worked, ways, spans }: GroupingQuestion): Grouping {
  const strong = detections.filter(({ traits }) => traits.strong);
  const sets = new Sets(strong, apart, worked);
  const index = new Index(
    strong.map(({ traits }) => traits),
    spans,
  );
  const links = new Map<string, Link>();
  const hold = (id: string, link: Link) => {
    if (!links.has(id)) links.set(id, link);
  };
  const refused: Grouping['refused'][number][] = [];
  for (const link of [...index.links(ways)].sort(byStrength)) {
    const joined = sets.join(link.from.id, link.to.id);
    if (joined === true) {
      hold(link.from.id, link);
      hold(link.to.id, link);
    } else if (joined !== 'same') refused.push({ ...joined, link });
  }

  const lights = detections.filter(({ traits }) => !traits.strong);
  const places = new Map<string, string>();
  for (const { traits, incident, pinned } of lights) {
    if (pinned && incident !== null) {
      places.set(traits.id, sets.ofIncident(incident));
      continue;
    }
    const nearest = [...index.linksOf(traits)].sort((a, b) => nearness(a, b, traits))[0];
    if (nearest !== undefined) {
      places.set(traits.id, sets.of(otherOf(nearest, traits).id));
      hold(traits.id, nearest);
    } else if (incident !== null) places.set(traits.id, sets.ofIncident(incident));
  }
  return { clusters: sets.clusters(places), links, refused };
}

function nearness(a: Link, b: Link, one: Traits): number {
  const away = (link: Link) => Math.abs(otherOf(link, one).last - one.last);
  const rules: readonly Link['rule'][] = ['identity', 'lineage', 'path'];
  return rules.indexOf(a.rule) - rules.indexOf(b.rule) || away(a) - away(b) || byStrength(a, b);
}

function otherOf({ from, to }: Link, one: Traits): Traits {
  return from.id === one.id ? to : from;
}

/** Disjoint sets of detections and incidents, some of which may not come together. */
class Sets {
  readonly #parents = new Map<string, string>();
  /** By root: its incidents. */
  readonly #incidents = new Map<string, Set<string>>();
  readonly #apart = new Map<string, Set<string>>();
  readonly #worked: ReadonlySet<string>;
  readonly #detections: readonly string[];

  constructor(strong: readonly Grouped[], apart: GroupingQuestion['apart'], worked: ReadonlySet<string>) {
    this.#worked = worked;
    this.#detections = strong.map(({ traits }) => traits.id);
    for (const [one, other] of apart)
      for (const [a, b] of [
        [one, other],
        [other, one],
      ] as const)
        this.#apart.set(a, (this.#apart.get(a) ?? new Set<string>()).add(b));
    for (const { traits, incident } of strong)
      if (incident !== null) this.#parents.set(traits.id, this.ofIncident(incident));
  }

  of(id: string): string {
    let root = id;
    for (let next = this.#parents.get(root); next !== undefined && next !== root; next = this.#parents.get(root))
      root = next;
    for (let at = id; at !== root; ) {
      const next = this.#parents.get(at) ?? root;
      this.#parents.set(at, root);
      at = next;
    }
    return root;
  }

  ofIncident(incident: string): string {
    const key = `incident ${incident}`;
    const root = this.of(key);
    if (!this.#incidents.has(root)) this.#incidents.set(root, new Set([incident]));
    return root;
  }

  /** True when they became one; two incidents that may not, when they may not. */
  join(one: string, other: string): true | 'same' | { one: string; other: string } {
    const [a, b] = [this.of(one), this.of(other)];
    if (a === b) return 'same';
    const mine = this.#incidents.get(a) ?? new Set<string>();
    const theirs = this.#incidents.get(b) ?? new Set<string>();
    const clash = this.#clash(mine, theirs);
    if (clash !== undefined) return clash;
    const all = new Set([...mine, ...theirs]);
    this.#parents.set(a, b);
    this.#incidents.delete(a);
    if (all.size > 0) this.#incidents.set(b, all);
    return true;
  }

  clusters(lights: ReadonlyMap<string, string>): Cluster[] {
    const members = new Map<string, string[]>();
    const add = (root: string, id: string) => {
      const list = members.get(root);
      if (list === undefined) members.set(root, [id]);
      else list.push(id);
    };
    for (const id of this.#detections) add(this.of(id), id);
    for (const [id, place] of lights) add(this.of(place), id);
    return [...members].map(([root, ids]) => ({
      members: ids.sort(),
      incidents: [...(this.#incidents.get(root) ?? [])].sort(),
    }));
  }

  #clash(mine: ReadonlySet<string>, theirs: ReadonlySet<string>): { one: string; other: string } | undefined {
    for (const one of mine)
      for (const other of theirs)
        if (this.#apart.get(one)?.has(other) === true || (this.#worked.has(one) && this.#worked.has(other)))
          return { one, other };
    return undefined;
  }
}
