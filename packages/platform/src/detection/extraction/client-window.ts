/**
 * What is remembered of one client of one model: the window that is open (sums and a few dozen points of one byte a number), and what
 * earlier windows came to. About 3 kB, whatever the client asks.
 */
import type { Observation } from '../../events/observations.ts';
import { addFourier, fourierSize } from './fourier-features.ts';
import { shapiroWilk } from './normality.ts';
import { bytesOf, perUnit, places } from './query-vector.ts';

/** Queries of a window. */
export const windowSize = 32;

/** By signal: higher is more like an attack. Absent where nothing was told that it needs. */
export const signalNames = [
  'novelty',
  'discrepancy',
  'regularity',
  'near-duplicates',
  'coverage',
  'boundary',
  'classes',
  'scores',
  'budget',
] as const;
export type SignalName = (typeof signalNames)[number];
export type Signals = Readonly<Partial<Record<SignalName, number>>>;

/** A query, laid beside what is natural. */
export interface PlacedQuery {
  readonly point: Float64Array;
  /** Places beyond which every point of the model so far is zero. */
  readonly used: number;
  /** The usual distance of two queries. */
  readonly width: number;
  /** How far beyond what is usual it is from any natural one. */
  readonly novelty: number;
  /** Confidence that one natural query in ten is below. */
  readonly unsureBelow: number | undefined;
}

export interface ClientState {
  readonly key: string;
  /** Times are ms since 1970. */
  readonly first: number;
  readonly last: number;
  readonly queries: number;
  readonly open: {
    readonly from: number;
    readonly count: number;
    readonly fourier: string;
    readonly novelty: number;
    readonly distances: readonly number[];
    readonly cells: readonly number[];
    readonly unsure: readonly [told: number, unsure: number];
    readonly asked: readonly [told: number, asked: number];
    readonly classes: readonly (readonly [string, number])[];
  };
  readonly ring: string;
  readonly suspicion: number;
  readonly signals: Readonly<Record<string, number>>;
  readonly found: number | null;
  readonly windows: number;
}

export class ClientWindow {
  readonly key: string;
  first: number;
  last: number;
  queries = 0;
  windows = 0;
  /** Evidence against it, see `population.ts`. */
  suspicion = 0;
  /** p of each signal of the last window. */
  signals: Readonly<Record<string, number>> = {};
  found: number | null = null;
  #from: number;
  #count = 0;
  #fourier = new Float32Array(fourierSize);
  #novelty = 0;
  #distances: number[] = [];
  #cells = new Set<number>();
  #confidence = { told: 0, unsure: 0 };
  #scores = { told: 0, asked: 0 };
  #classes = new Map<string, number>();
  /** The last queries, one byte a number. */
  readonly #ring = new Int8Array(windowSize * places);

  constructor(key: string, time: number, state?: ClientState) {
    this.key = key;
    this.first = state?.first ?? time;
    this.last = state?.last ?? time;
    this.#from = state?.open.from ?? time;
    if (state === undefined) return;
    this.queries = state.queries;
    this.windows = state.windows;
    this.suspicion = state.suspicion;
    this.signals = state.signals;
    this.found = state.found;
    const { open } = state;
    this.#count = open.count;
    const fourier = Buffer.from(open.fourier, 'base64');
    for (let place = 0; place < fourierSize; place++) this.#fourier[place] = fourier.readFloatLE(place * 4);
    this.#novelty = open.novelty;
    this.#distances = [...open.distances];
    this.#cells = new Set(open.cells);
    this.#confidence = { told: open.unsure[0], unsure: open.unsure[1] };
    this.#scores = { told: open.asked[0], asked: open.asked[1] };
    this.#classes = new Map(open.classes);
    this.#ring.set(new Int8Array(Buffer.from(state.ring, 'base64')).subarray(0, this.#ring.length));
  }

  add(query: Observation, { point, used, width, novelty, unsureBelow }: PlacedQuery, time: number): void {
    if (this.#count === 0) this.#from = time;
    addFourier(this.#fourier, point, used, width);
    this.#novelty += novelty;
    const held = Math.min(this.queries, windowSize);
    const slot = (this.queries % windowSize) * places;
    let nearest = Number.POSITIVE_INFINITY;
    const [bytes, ring] = [bytesOf(point), this.#ring];
    for (let other = 0; other < held; other++) {
      let distance = 0;
      for (let place = 0, start = other * places; place < used; place++) {
        const apart = (ring[start + place] as number) - (bytes[place] as number);
        distance += apart * apart;
      }
      if (distance < nearest) nearest = distance;
    }
    if (held > 0) this.#distances.push(Math.sqrt(nearest) / perUnit);
    ring.set(bytes, slot);
    this.#cells.add(cellOf(point, used));
    if (query.confidence !== undefined && unsureBelow !== undefined) {
      this.#confidence.told += 1;
      if (query.confidence < unsureBelow) this.#confidence.unsure += 1;
    }
    if (query.scoresAsked !== undefined) {
      this.#scores.told += 1;
      if (query.scoresAsked) this.#scores.asked += 1;
    }
    if (typeof query.prediction === 'string' && (this.#classes.size < 64 || this.#classes.has(query.prediction)))
      this.#classes.set(query.prediction, (this.#classes.get(query.prediction) ?? 0) + 1);
    this.#count += 1;
    this.queries += 1;
    this.last = Math.max(this.last, time);
  }

  get full(): boolean {
    return this.#count >= windowSize;
  }

  /** The sum of the window's Fourier features. */
  get fourier(): Float32Array {
    return this.#fourier;
  }

  /** All signals of the full window but the discrepancy, which needs to know what is natural. */
  measures(): Signals {
    const sorted = this.#distances.toSorted((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const hours = Math.max(1, this.last - this.#from) / 3_600_000;
    const classes = [...this.#classes.values()];
    return {
      novelty: this.#novelty,
      ...(sorted.length >= windowSize - 1 ? { regularity: 1 - shapiroWilk(sorted) } : {}),
      ...(sorted.length >= windowSize - 1 ? { 'near-duplicates': -median } : {}),
      coverage: this.#cells.size,
      budget: Math.log(windowSize / hours),
      ...(this.#confidence.told < windowSize / 2 ? {} : { boundary: this.#confidence.unsure / this.#confidence.told }),
      ...(this.#scores.told < windowSize / 2 ? {} : { scores: this.#scores.asked / this.#scores.told }),
      ...(classes.reduce((sum, count) => sum + count, 0) < windowSize / 2 ? {} : { classes: evenness(classes) }),
    };
  }

  /** Begins the next window. The points stay: a near-duplicate of the window before is one as well. */
  next(): void {
    this.windows += 1;
    this.#count = 0;
    this.#fourier.fill(0);
    this.#novelty = 0;
    this.#distances = [];
    this.#cells.clear();
    this.#confidence = { told: 0, unsure: 0 };
    this.#scores = { told: 0, asked: 0 };
    this.#classes.clear();
  }

  state(): ClientState {
    return {
      key: this.key,
      first: this.first,
      last: this.last,
      queries: this.queries,
      windows: this.windows,
      suspicion: this.suspicion,
      signals: this.signals,
      found: this.found,
      open: {
        from: this.#from,
        count: this.#count,
        fourier: Buffer.from(this.#fourier.buffer).toString('base64'),
        novelty: this.#novelty,
        distances: this.#distances.map((distance) => Number(distance.toPrecision(4))),
        cells: [...this.#cells],
        unsure: [this.#confidence.told, this.#confidence.unsure],
        asked: [this.#scores.told, this.#scores.asked],
        classes: [...this.#classes],
      },
      ring: Buffer.from(this.#ring.buffer, 0, Math.min(this.queries, windowSize) * places).toString('base64'),
    };
  }
}

/** Entropy of the counts, in bits. */
function evenness(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((bits, count) => bits - (count / total) * Math.log2(count / total), 0);
}

const planes = 8;
const signs = Int8Array.from({ length: planes * places }, (_, at) => {
  const [plane, place] = [Math.floor(at / places), at % places];
  return ((Math.imul(place + 1, 0x9e3779b1 + 0x85ebca6b * plane) >>> 13) & 1) === 0 ? 1 : -1;
});

/** Which of 256 cells: on which side of eight planes. */
function cellOf(point: Float64Array, used: number): number {
  let cell = 0;
  for (let plane = 0; plane < planes; plane++) {
    let side = 0;
    for (let place = 0; place < used; place++)
      side += (signs[plane * places + place] as number) * (point[place] as number);
    if (side > 0) cell |= 1 << plane;
  }
  return cell;
}
