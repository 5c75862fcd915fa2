/**
 * Goes through events, those that came in last first, and keeps a page of those that fit, with what is most often found. Bounded in
 * memory by the page and the facets; in time by whoever calls.
 */
import type { Gap, Hunt, NormalEvent } from '@firebreak/contract';
import { actingNodes, type KeptEvent } from '../../events/store.ts';

/** Some events, or why some cannot be told of. */
export type HuntPiece =
  | {
      readonly events: Iterable<KeptEvent>;
      /** Number below which the next piece is. */
      readonly from: number;
      /** Null for the hot window. */
      readonly file: string | null;
    }
  | { readonly gap: Gap };

export interface HuntAsked {
  readonly query: string;
  readonly fits: (kept: KeptEvent) => boolean;
  readonly limit: number;
  /** A later page: only the page is looked for. */
  readonly later: boolean;
  /** Whether the time is up. */
  readonly spent: () => boolean;
}

export async function hunt(pieces: AsyncIterable<HuntPiece>, asked: HuntAsked): Promise<Hunt> {
  const events: Hunt['events'] = [];
  const gaps: Gap[] = [];
  const facets = new Facets();
  let [looked, found] = [0, 0];
  let [first, last]: [string | undefined, string | undefined] = [undefined, undefined];
  /** Below it the next page begins. */
  let next: number | null = null;
  let stopped = false;
  through: for await (const piece of pieces) {
    if ('gap' in piece) {
      gaps.push(piece.gap);
      continue;
    }
    for (const kept of piece.events) {
      looked += 1;
      if (!asked.fits(kept)) continue;
      const { event, no, received } = kept;
      found += 1;
      if (events.length === asked.limit) {
        next ??= events.at(-1)?.no ?? null;
        if (asked.later) {
          found -= 1;
          break through;
        }
      } else events.push({ no, received: received.toISOString(), file: piece.file, event });
      if (!asked.later) facets.add(event);
      if (first === undefined || event.time < first) first = event.time;
      if (last === undefined || event.time > last) last = event.time;
    }
    if (asked.spent()) {
      next ??= piece.from;
      stopped = true;
      break;
    }
  }
  if (stopped) gaps.push(timeIsUp(looked));
  gaps.push(...facets.gaps);
  return {
    query: asked.query,
    events,
    next,
    looked,
    found,
    span: first === undefined || last === undefined ? null : { first, last },
    facets: asked.later ? null : facets.told,
    completeness: gaps.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons: gaps },
  };
}

type FacetName = keyof NonNullable<Hunt['facets']>;
const shown = 20;
/** Values of a facet that are counted; an attacker could make up a name for each event. */
const mostValues = 50_000;

class Facets {
  readonly #counts: Readonly<Record<FacetName, Map<string, number>>> = {
    actors: new Map(),
    targets: new Map(),
    operations: new Map(),
    formats: new Map(),
    outcomes: new Map(),
    addresses: new Map(),
  };
  readonly #over = new Set<FacetName>();

  add(event: NormalEvent): void {
    const acting = actingNodes(event);
    this.#count('actors', acting.length === 0 ? [event.actor.name] : acting);
    this.#count('targets', event.targets);
    this.#count('operations', [event.operation]);
    this.#count('formats', [event.source.format]);
    this.#count('outcomes', [event.outcome]);
    if (event.actor.address !== undefined) this.#count('addresses', [event.actor.address]);
  }

  get told(): NonNullable<Hunt['facets']> {
    const top = (name: FacetName) =>
      [...this.#counts[name]]
        .map(([value, events]) => ({ value, events }))
        .sort((a, b) => b.events - a.events || (a.value < b.value ? -1 : 1))
        .slice(0, shown);
    return {
      actors: top('actors'),
      targets: top('targets'),
      operations: top('operations'),
      formats: top('formats'),
      outcomes: top('outcomes'),
      addresses: top('addresses'),
    };
  }

  get gaps(): Gap[] {
    return [...this.#over].map((name) =>
      bound(`Of the ${name} only the first ${mostValues} were counted.`, 'Narrow the query down.'),
    );
  }

  #count(name: FacetName, values: readonly string[]): void {
    const counts = this.#counts[name];
    for (const value of values) {
      const known = counts.get(value);
      if (known === undefined && counts.size >= mostValues) this.#over.add(name);
      else counts.set(value, (known ?? 0) + 1);
    }
  }
}

function timeIsUp(looked: number): Gap {
  const next = 'Ask for the next page to go on from there, name an actor or a target, or a shorter time.';
  return bound(`The time was up after ${looked} events: what came in before them was not looked at.`, next);
}

const bound = (reason: string, next: string): Gap => ({
  kinds: ['*'],
  where: 'events',
  code: 'FB-HUNT-BOUND',
  reason,
  next,
});
