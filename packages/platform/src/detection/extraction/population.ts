/**
 * All clients of one model. What is natural is learned from its own traffic, in steps that use records once each:
 *
 * 1. the scale of every number, and how far apart two queries usually are,
 * 2. a sample of natural queries, and the mean of natural windows as Fourier features, in which a client that asks much does not
 *    count as much,
 * 3. for each signal, what values natural windows take; from at least so many windows and clients,
 * 4. then every further window gets a p by rank, and what is unusual adds up.
 *
 * Evidence adds up by a CUSUM (Page 1954) of −ln p, less 2. For natural windows −ln p is at most exponential with mean 1, so with
 * θ = 0.797, where e^(−2θ)/(1−θ) = 1, the mean time to a false alarm is at least e^(θh) windows at the limit h (Lorden 1971). A client
 * with a peculiar but honest topic keeps it, though, and its windows are then not independent of each other: so the limit is also at
 * least what all but one in a hundred natural clients came to while step 3 was on its way, half of them measuring the other half.
 */
import type { Observation } from '../../events/observations.ts';
import { type Draw, drawsFor } from '../drift/random-draws.ts';
import { Calibration } from './calibration.ts';
import { type ClientWindow, type PlacedQuery, type SignalName, signalNames, windowSize } from './client-window.ts';
import { discrepancy, fourierSize } from './fourier-features.ts';
import { NaturalSample, type NaturalSampleState } from './natural-sample.ts';
import { places, Scale, type ScaleState } from './query-vector.ts';

const scaleQueries = 300;
const widthQueries = 64;
const meanWindows = 150;
const calibrationWindows = 400;
const fewestClients = 15;
/** On average one false alarm in so many windows of 32 queries, if windows were independent. */
const windowsToFalseAlarm = 20_000;
const allowance = 2;
const theta = 0.7968;
const leastLimit = Math.log(windowsToFalseAlarm) / theta;

/** By how much each signal counts: most of all what depends least on how a client's interests are. */
const shares: Readonly<Record<SignalName, number>> = {
  novelty: 6,
  discrepancy: 4,
  regularity: 1,
  'near-duplicates': 2,
  coverage: 1,
  boundary: 2,
  classes: 1,
  scores: 1,
  budget: 1,
};

export interface PopulationState {
  readonly model: string;
  readonly scale: ScaleState;
  readonly sample: NaturalSampleState;
  readonly used: number;
  readonly first: readonly string[];
  readonly confidences: readonly number[];
  readonly width: number | null;
  readonly unsureBelow: number | null;
  readonly mean: readonly number[];
  readonly meanOf: readonly [windows: number, weight: number];
  readonly meanClients: readonly (readonly [client: string, windows: number])[];
  readonly calibrations: Readonly<Partial<Record<SignalName, ReturnType<Calibration['state']>>>>;
  readonly calibrated: number;
  readonly worst: readonly (readonly [client: string, suspicion: number, most: number])[];
  readonly watching: boolean;
  readonly limit: number;
}

export interface Judged {
  readonly suspicion: number;
  readonly limit: number;
  readonly ps: Readonly<Record<string, number>>;
}

export class Population {
  readonly model: string;
  readonly #scale: Scale;
  readonly #sample: NaturalSample;
  readonly #draw: Draw;
  /** Places beyond which every point so far is zero. */
  #used: number;
  #first: Float64Array[] = [];
  #confidences: number[];
  #width: number | undefined;
  #unsureBelow: number | undefined;
  readonly #mean = new Float32Array(fourierSize);
  #meanOf: { windows: number; weight: number };
  readonly #meanClients: Map<string, number>;
  readonly #calibrations = new Map<SignalName, Calibration>();
  #calibrated: number;
  readonly #worst = new Map<string, { suspicion: number; most: number }>();
  #watching: boolean;
  #limit: number;

  constructor(model: string, state?: PopulationState) {
    this.model = model;
    this.#scale = new Scale(state?.scale);
    this.#sample = new NaturalSample(state?.sample);
    this.#used = state?.used ?? 0;
    this.#draw = drawsFor(`${model} ${state?.sample.came ?? 0}`);
    this.#first = (state?.first ?? []).map(
      (text) => new Float64Array(new Uint8Array(Buffer.from(text, 'base64')).buffer),
    );
    this.#confidences = [...(state?.confidences ?? [])];
    this.#width = state?.width ?? undefined;
    this.#unsureBelow = state?.unsureBelow ?? undefined;
    this.#mean.set(state?.mean ?? []);
    this.#meanOf = { windows: state?.meanOf[0] ?? 0, weight: state?.meanOf[1] ?? 0 };
    this.#meanClients = new Map(state?.meanClients);
    for (const [name, kept] of Object.entries(state?.calibrations ?? {}))
      this.#calibrations.set(name as SignalName, new Calibration(kept));
    this.#calibrated = state?.calibrated ?? 0;
    for (const [client, suspicion, most] of state?.worst ?? []) this.#worst.set(client, { suspicion, most });
    this.#watching = state?.watching ?? false;
    this.#limit = state?.limit ?? leastLimit;
  }

  get watching(): boolean {
    return this.#watching;
  }

  get known(): { readonly clients: number; readonly windows: number } {
    return {
      clients: Math.max(this.#worst.size, this.#meanClients.size),
      windows: this.#meanOf.windows + this.#calibrated,
    };
  }

  /** Where a query is, once the scale is known; undefined while it is learned, and for a query without content. */
  place(query: Observation): PlacedQuery | undefined {
    if (this.#width === undefined) {
      this.#learnScale(query);
      return undefined;
    }
    const point = this.#scale.pointOf(query);
    if (point === undefined) return undefined;
    if (!this.#sample.closed) this.#sample.add(point, this.#draw);
    while (this.#used < places && isBeyond(point, this.#used)) this.#used += 1;
    return {
      point,
      used: this.#used,
      width: this.#width,
      novelty: this.#sample.novelty(point, this.#used),
      unsureBelow: this.#unsureBelow,
    };
  }

  /** A client's window is full. @returns what is to be thought of it, once natural windows are known */
  judge(client: ClientWindow): Judged | undefined {
    if (this.#meanOf.windows < meanWindows || this.#meanClients.size < fewestClients) {
      this.#learnMean(client);
      return undefined;
    }
    if (!this.#sample.closed) this.#sample.close();
    const measures: Partial<Record<SignalName, number>> = { ...client.measures() };
    measures.discrepancy = discrepancy(client.fourier, windowSize, this.#mean);
    if (!this.#watching) {
      this.#calibrate(client, measures);
      return undefined;
    }
    const { p, ps } = this.#unusual(measures);
    const suspicion = Math.max(0, client.suspicion - Math.log(p) - allowance);
    return { suspicion, limit: this.#limit, ps };
  }

  state(): PopulationState {
    const calibrations: Partial<Record<SignalName, ReturnType<Calibration['state']>>> = {};
    for (const [name, calibration] of this.#calibrations) calibrations[name] = calibration.state();
    return {
      model: this.model,
      scale: this.#scale.state(),
      sample: this.#sample.state(),
      used: this.#used,
      first: this.#first.map((point) => Buffer.from(point.buffer).toString('base64')),
      confidences: this.#confidences,
      width: this.#width ?? null,
      unsureBelow: this.#unsureBelow ?? null,
      mean: [...this.#mean],
      meanOf: [this.#meanOf.windows, this.#meanOf.weight],
      meanClients: [...this.#meanClients],
      calibrations,
      calibrated: this.#calibrated,
      worst: [...this.#worst].map(([client, { suspicion, most }]) => [client, suspicion, most]),
      watching: this.#watching,
      limit: this.#limit,
    };
  }

  #learnScale(query: Observation): void {
    if (query.confidence !== undefined && this.#confidences.length < scaleQueries)
      this.#confidences.push(query.confidence);
    if (!this.#scale.learn(query) || this.#scale.count < scaleQueries - widthQueries) return;
    const point = this.#scale.pointOf(query);
    if (point !== undefined) this.#first.push(point);
    if (this.#first.length < widthQueries) return;
    const distances: number[] = [];
    for (const [place, one] of this.#first.entries())
      for (const other of this.#first.slice(place + 1)) {
        let apart = 0;
        for (let each = 0; each < places; each++) apart += ((one[each] as number) - (other[each] as number)) ** 2;
        distances.push(Math.sqrt(apart));
      }
    distances.sort((a, b) => a - b);
    this.#width = distances[distances.length >> 1] || 1;
    this.#first = [];
    const sorted = this.#confidences.toSorted((a, b) => a - b);
    if (sorted.length >= 100) this.#unsureBelow = sorted[Math.floor(sorted.length / 10)] as number;
    this.#confidences = [];
  }

  /** A client's share of the mean falls as it brings more windows: a tenth window counts a tenth. */
  #learnMean(client: ClientWindow): void {
    const before = this.#meanClients.get(client.key) ?? 0;
    if (before === 0 && this.#meanClients.size >= 1000) return;
    this.#meanClients.set(client.key, before + 1);
    const weight = 1 / (before + 1);
    const share = weight / (this.#meanOf.weight + weight);
    for (let place = 0; place < fourierSize; place++) {
      const now = (client.fourier[place] as number) / windowSize;
      this.#mean[place] = (this.#mean[place] as number) * (1 - share) + now * share;
    }
    this.#meanOf.windows += 1;
    this.#meanOf.weight += weight;
  }

  #calibrate(client: ClientWindow, measures: Partial<Record<SignalName, number>>): void {
    // The second half is judged by the first, to see what natural clients come to.
    if (this.#calibrated >= calibrationWindows / 2) {
      const known = this.#worst.get(client.key) ?? { suspicion: 0, most: 0 };
      const { p } = this.#unusual(measures);
      known.suspicion = Math.max(0, known.suspicion - Math.log(p) - allowance);
      known.most = Math.max(known.most, known.suspicion);
      if (this.#worst.size < 1000 || this.#worst.has(client.key)) this.#worst.set(client.key, known);
    }
    for (const name of signalNames) {
      const value = measures[name];
      if (value === undefined) continue;
      const known = this.#calibrations.get(name) ?? new Calibration();
      known.add(value, this.#draw);
      this.#calibrations.set(name, known);
    }
    this.#calibrated += 1;
    if (this.#calibrated < calibrationWindows || this.#worst.size < fewestClients) return;
    const worst = [...this.#worst.values()].map(({ most }) => most).sort((a, b) => a - b);
    this.#limit = Math.max(leastLimit, worst[Math.floor(0.99 * worst.length)] ?? 0);
    this.#watching = true;
  }

  /** Each signal has its share of the odds (weighted Bonferroni). */
  #unusual(measures: Partial<Record<SignalName, number>>): { readonly p: number; readonly ps: Record<string, number> } {
    const ps: Record<string, number> = {};
    let total = 0;
    for (const name of signalNames) {
      const value = measures[name];
      const known = this.#calibrations.get(name);
      if (value === undefined || known === undefined || known.count < 100) continue;
      ps[name] = known.p(value);
      total += shares[name];
    }
    let p = 1;
    for (const name of signalNames) if (ps[name] !== undefined) p = Math.min(p, (ps[name] * total) / shares[name]);
    return { p, ps };
  }
}

function isBeyond(point: Float64Array, used: number): boolean {
  for (let place = places - 1; place >= used; place--) if (point[place] !== 0) return true;
  return false;
}
