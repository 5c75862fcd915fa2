/**
 * A first look at events, taken where they are parsed anyway: who would have to see each of them. Most are of the kind that no rule is
 * true of and no detector remembers; the watch passes over those without unpacking them.
 *
 * What must stay true: a look says what whoever sees the event would find, by the event alone. What depends on what came before it is
 * left to the watch: it gets the names under which the event may matter, and the time that it brings.
 */
import type { SeenEvent } from '@firebreak/contract';

export interface Look {
  /** Somebody has to see it whatever came before. */
  readonly must: boolean;
  /** Somebody has to see it if he watches for one of these. */
  readonly names: readonly string[];
  /** What it is to rules that count events; plain JSON data, theirs alone. */
  readonly counted: readonly unknown[];
  /** ms since 1970 as rules know it; NaN where none know such events. */
  readonly ruleTime: number;
}

/** Looks by one set of rules and detectors. */
export interface Looker {
  /** Which set: a look of another says nothing. */
  readonly by: string;
  look(seen: SeenEvent): Look;
}

/** The looks at a batch of events, as they pass from thread to thread. */
export interface Looks {
  readonly by: string;
  /** 1 for each event that has to be seen. */
  readonly must: Uint8Array;
  readonly ruleTimes: Float64Array;
  /** Which of the details is the event's; 0 for none. */
  readonly detailOf: Uint32Array;
  /** JSON of `Details`: what is only passed on need not be made into objects on the way. */
  readonly details: Uint8Array;
  /** The forms of those that are counted, as they lie in their frames; and where each ends. */
  readonly forms: Uint8Array;
  readonly formEnds: Uint32Array;
}

/** A batch that was looked at. */
export interface LookedAt {
  readonly looks: Looks;
  /** Of the events themselves, ms since 1970. */
  readonly times: Float64Array;
}

interface Details {
  /** Names and counts of events, those that are alike once; from number 1 on. */
  readonly of: readonly (readonly [names: readonly string[], counted: readonly unknown[]])[];
  /** Ids of those that are counted, in their order. */
  readonly ids: readonly string[];
}

/** A look with what else the watch wants to know of an event that it passes over. */
export interface LookAtKept extends Look {
  readonly by: string;
  readonly time: number;
  /** The event itself, where it is counted: its form is JSON in UTF-8. */
  readonly is: { readonly id: string; readonly form: Uint8Array } | undefined;
}

export class LooksBuilder {
  readonly #by: string;
  readonly #must: number[] = [];
  readonly #ruleTimes: number[] = [];
  readonly #detailOf: number[] = [];
  readonly #details = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #forms: (readonly [start: number, end: number])[] = [];

  constructor(by: string) {
    this.#by = by;
  }

  /** @param form where its form lies among the frames */
  add({ must, names, counted, ruleTime }: Look, id: string, form: readonly [start: number, end: number]): void {
    this.#must.push(must ? 1 : 0);
    this.#ruleTimes.push(ruleTime);
    if (names.length === 0 && counted.length === 0) {
      this.#detailOf.push(0);
      return;
    }
    const detail = JSON.stringify([names, counted]);
    const number = this.#details.get(detail) ?? this.#details.size + 1;
    this.#details.set(detail, number);
    this.#detailOf.push(number);
    if (counted.length === 0) return;
    this.#ids.push(id);
    this.#forms.push(form);
  }

  build(frames: Buffer): Looks {
    const forms = Buffer.allocUnsafeSlow(this.#forms.reduce((sum, [start, end]) => sum + end - start, 0));
    let at = 0;
    const formEnds = Uint32Array.from(this.#forms, ([start, end]) => {
      at += frames.copy(forms, at, start, end);
      return at;
    });
    const details = `{"of":[${[...this.#details.keys()].join()}],"ids":${JSON.stringify(this.#ids)}}`;
    return {
      by: this.#by,
      must: Uint8Array.from(this.#must),
      ruleTimes: Float64Array.from(this.#ruleTimes),
      detailOf: Uint32Array.from(this.#detailOf),
      details: new TextEncoder().encode(details),
      forms: new Uint8Array(forms.buffer),
      formEnds,
    };
  }
}

export const mustBeSeen: Look = { must: true, names: [], counted: [], ruleTime: Number.NaN };

/** Of so many events that nobody looked at: all have to be seen. */
export function notLooked(count: number): Looks {
  const looks = new LooksBuilder('nobody');
  for (let place = 0; place < count; place += 1) looks.add(mustBeSeen, '', [0, 0]);
  return looks.build(Buffer.alloc(0));
}

/** What may be moved to another thread instead of being copied. */
export function buffersOf(looks: Looks): readonly ArrayBufferView[] {
  const { must, ruleTimes, detailOf, details, forms, formEnds } = looks;
  return [must, ruleTimes, detailOf, details, forms, formEnds];
}

export function* eachLook({ looks, times }: LookedAt): Generator<LookAtKept> {
  const { by, must, ruleTimes, detailOf, forms, formEnds } = looks;
  const { of, ids } = JSON.parse(new TextDecoder().decode(looks.details)) as Details;
  let [seen, from] = [0, 0];
  for (let place = 0; place < must.length; place += 1) {
    const [names, counted] = of[(detailOf[place] ?? 0) - 1] ?? noDetail;
    const [ruleTime, time] = [ruleTimes[place] ?? Number.NaN, times[place] ?? Number.NaN];
    let is: LookAtKept['is'];
    if (counted.length > 0) {
      const end = formEnds[seen] ?? from;
      is = { id: ids[seen] ?? '', form: forms.subarray(from, end) };
      [seen, from] = [seen + 1, end];
    }
    yield { by, must: must[place] === 1, names, counted, ruleTime, time, is };
  }
}

const noDetail = [[], []] as const;
