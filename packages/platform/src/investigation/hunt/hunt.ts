/**
 * Goes through events, those that came in last first, and keeps a page of those that fit, with what is most often found. Bounded in
 * memory by the page and the facets; in time by whoever calls.
 */
import type { Gap, Hunt, NormalEvent } from '@firebreak/contract';
import { actingNodes, isActor } from '../../events/acting-nodes.ts';
import type { FormColumns } from '../../events/columns/block-columns.ts';
import { countTexts } from '../../events/columns/column.ts';
import type { ColumnedBlock } from '../../events/columns/columned-block.ts';
import type { KeptEvent } from '../../events/kept-event.ts';
import { addBit, type Bitset, bitset, hasBit, membersOf, removeBit } from '../../graph/bitset.ts';
import { valuesOf } from './condition.ts';
import type { Judge } from './judge.ts';
import type { HuntField } from './syntax.ts';

/** Some events, or why some cannot be told of. */
export type HuntPiece =
  | {
      readonly events: Iterable<KeptEvent>;
      /** Number below which the next piece is. */
      readonly from: number;
      /** Null for the hot window. */
      readonly file: string | null;
    }
  | { readonly block: ColumnedBlock; readonly from: number; readonly file: string | null }
  | { readonly gap: Gap };

export interface HuntAsked {
  readonly query: string;
  readonly fits: (kept: KeptEvent) => boolean;
  /** Of a block with columns. */
  readonly judge: Judge;
  /** Fields whose values are told of each event. */
  readonly columns?: readonly HuntField[];
  /** Only what has a number below. */
  readonly before?: number;
  readonly limit: number;
  /** A later page: only the page is looked for. */
  readonly later: boolean;
  /** Whether the time is up. */
  readonly spent: () => boolean;
}

export async function hunt(pieces: AsyncIterable<HuntPiece>, asked: HuntAsked): Promise<Hunt> {
  const page = new Page(asked);
  const gaps: Gap[] = [];
  let looked = 0;
  let stoppedAt: number | undefined;
  for await (const piece of pieces) {
    if ('gap' in piece) {
      gaps.push(piece.gap);
      continue;
    }
    if ('block' in piece) {
      looked += piece.block.form.count;
      await page.addBlock(piece.block, piece.file);
    } else
      for (const kept of piece.events) {
        looked += 1;
        if (asked.fits(kept)) page.add(kept, piece.file);
        if (page.isFull) break;
      }
    if (page.isFull) break;
    if (asked.spent()) {
      stoppedAt = piece.from;
      break;
    }
  }
  const { events, gone } = await page.events();
  if (gone > 0) gaps.push(movedMeanwhile(gone));
  if (stoppedAt !== undefined) gaps.push(timeIsUp(looked));
  gaps.push(...page.facets.gaps);
  return {
    query: asked.query,
    events,
    next: page.next ?? stoppedAt ?? null,
    looked,
    found: page.found,
    span: page.span,
    facets: asked.later ? null : page.facets.told,
    completeness: gaps.length === 0 ? { answer: 'complete' } : { answer: 'limited', reasons: gaps },
  };
}

/** Of the events of a block that are shown, only their places, until all are known: then they are unpacked together. */
interface Shown {
  readonly no: number;
  readonly file: string | null;
  readonly kept?: KeptEvent;
  readonly at?: { readonly block: ColumnedBlock; readonly place: number };
}

class Page {
  readonly #asked: HuntAsked;
  readonly #shown: Shown[] = [];
  readonly facets = new Facets();
  found = 0;
  /** Below it the next page begins. */
  next: number | undefined;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(asked: HuntAsked) {
    this.#asked = asked;
  }

  /** Of a later page nothing more is wanted than itself, and whether there is another. */
  get isFull(): boolean {
    return this.#asked.later && this.next !== undefined;
  }

  get span(): Hunt['span'] {
    if (this.found === 0) return null;
    return { first: new Date(this.#first).toISOString(), last: new Date(this.#last).toISOString() };
  }

  add(kept: KeptEvent, file: string | null): void {
    if (!this.#show({ no: kept.no, file, kept })) return;
    this.#within(Date.parse(kept.event.time));
    if (!this.#asked.later) this.facets.add(kept.event);
  }

  async addBlock(block: ColumnedBlock, file: string | null): Promise<void> {
    const { before = Number.POSITIVE_INFINITY, judge, fits, later } = this.#asked;
    const { yes, maybe } = judge(block);
    const places = [...membersOf(maybe)].filter((place) => (block.form.numbers[place] as number) < before);
    if (places.length > 0) {
      const kept = await block.reader.read(
        places.map((place) => ({ block, place })),
        'whole',
      );
      for (const place of places) {
        const one = kept.get(block.form.numbers[place] as number);
        if (one !== undefined && fits(one)) addBit(yes, place);
      }
    }
    const found = bitset(block.form.count);
    for (const place of [...membersOf(yes)].reverse()) {
      const no = block.form.numbers[place] as number;
      if (no >= before) continue;
      if (!this.#show({ no, file, at: { block, place } })) break;
      this.#within(block.form.times[place] as number);
      addBit(found, place);
    }
    if (later) return;
    const doubtful = unsureOf(block.form).map((word, at) => word & (found[at] as number));
    const longer = [...membersOf(doubtful)].map((place) => ({ block, place }));
    if (longer.length > 0)
      for (const { event } of (await block.reader.read(longer, 'form')).values()) this.facets.add(event);
    this.facets.addBlock(
      block.form,
      found.map((word, at) => word & ~(doubtful[at] as number)),
    );
  }

  /** `gone` of them are not there any more. */
  async events(): Promise<{ readonly events: Hunt['events']; readonly gone: number }> {
    const wanted = Map.groupBy(
      this.#shown.flatMap(({ at }) => (at === undefined ? [] : [at])),
      ({ block }) => block.reader,
    );
    const read = new Map<number, KeptEvent>();
    const { columns = [] } = this.#asked;
    const part = columns.some(({ name }) => name === 'raw') ? 'whole' : 'form';
    for (const [reader, places] of wanted) for (const [no, kept] of await reader.read(places, part)) read.set(no, kept);
    const values = (kept: KeptEvent) =>
      columns.length === 0 ? {} : { values: columns.map((field) => [...valuesOf(field, kept)]) };
    const events = this.#shown.flatMap(({ no, file, kept = read.get(no) }) =>
      kept === undefined
        ? []
        : [{ no, received: kept.received.toISOString(), file, event: kept.event, ...values(kept) }],
    );
    return { events, gone: this.#shown.length - events.length };
  }

  /** False when it is of the next page and nobody counts it. */
  #show(shown: Shown): boolean {
    const { limit, later } = this.#asked;
    if (this.#shown.length < limit) this.#shown.push(shown);
    else {
      this.next ??= this.#shown.at(-1)?.no;
      if (later) return false;
    }
    this.found += 1;
    return true;
  }

  #within(time: number): void {
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
  }
}

type FacetName = keyof NonNullable<Hunt['facets']>;
const shown = 20;
/** Values of a facet that are counted; an attacker could make up a name for each event. */
const mostValues = 50_000;

const facetColumns = [
  ['targets', 'target'],
  ['operations', 'operation'],
  ['formats', 'format'],
  ['outcomes', 'outcome'],
  ['addresses', 'address'],
] as const;

/** Events of which a value that is counted is too long for its column. */
function unsureOf({ count, of }: FormColumns): Bitset {
  const unsure = bitset(count);
  for (const name of ['actor', 'name', ...facetColumns.map(([, column]) => column)] as const)
    for (const [at, word] of of[name].unsure.entries()) unsure[at] = (unsure[at] as number) | word;
  return unsure;
}

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
    this.#count('targets', [...new Set(event.targets)]);
    this.#count('operations', [event.operation]);
    this.#count('formats', [event.source.format]);
    this.#count('outcomes', [event.outcome]);
    if (event.actor.address !== undefined) this.#count('addresses', [event.actor.address]);
  }

  /** As `add` does, of all these at once. */
  addBlock({ of }: FormColumns, found: Bitset): void {
    const nameless = found.slice();
    const { texts, places, values } = of.actor;
    const actors = bitset(texts?.length ?? 0);
    for (let number = 0; number < (texts?.length ?? 0); number += 1)
      if (isActor(texts?.at(number) ?? '')) addBit(actors, number);
    for (let at = 0; at < places.length; at += 1)
      if (hasBit(actors, values[at] as number)) removeBit(nameless, places[at] as number);
    countTexts(of.name, nameless, (text, events) => this.#count('actors', [text], events));
    countTexts(of.actor, found, (text, events) => {
      if (isActor(text)) this.#count('actors', [text], events);
    });
    for (const [facet, name] of facetColumns)
      countTexts(of[name], found, (text, events) => this.#count(facet, [text], events));
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

  #count(name: FacetName, values: readonly string[], events = 1): void {
    const counts = this.#counts[name];
    for (const value of values) {
      const known = counts.get(value);
      if (known === undefined && counts.size >= mostValues) this.#over.add(name);
      else counts.set(value, (known ?? 0) + events);
    }
  }
}

function movedMeanwhile(events: number): Gap {
  return bound(`${events} events went from the database to a file while they were looked for.`, 'Ask again.');
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
