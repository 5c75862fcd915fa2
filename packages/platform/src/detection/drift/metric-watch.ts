/**
 * One metric of one model: first it learns bins, on records that are then left out; then it counts a reference; then it counts what
 * comes, in slices. Memory does not grow with the stream: counts in at most 17 bins, two sketches, and slices and windows of late.
 */
import { type Binning, binOf, learnNumbers, learnTexts, mostValues, type Telling, yesOrNo } from './binning.ts';
import { type HeavyHitterState, HeavyHitters } from './heavy-hitters.ts';
import { permutationTest } from './permutation-test.ts';
import { Quantiles } from './quantiles.ts';
import { drawsFor } from './random-draws.ts';
import { type StatisticName, statisticsOf } from './statistics.ts';

export interface MetricSettings {
  /** Records that bins are learned on. */
  readonly learn: number;
  /** Records of a reference that is learned; one that is given may be shorter, down to `fewest`. */
  readonly reference: number;
  readonly keepWindows: number;
}

export interface Shape {
  readonly quantiles: readonly [number, number, number] | null;
  readonly shares: Readonly<Record<string, number>>;
}

export interface TestedWindow extends Shape {
  readonly records: number;
  readonly p: number;
  readonly statistic: StatisticName;
  readonly value: number;
}

export interface MetricState {
  readonly name: string;
  readonly learning: { readonly numbers: readonly number[]; readonly texts: HeavyHitterState } | null;
  readonly binning: Binning | null;
  readonly given: boolean;
  readonly reference: readonly number[];
  /** Records that it is to have. */
  readonly wanted: number;
  readonly referenceShape: Shape | null;
  readonly sketches: readonly [quantiles: string, texts: HeavyHitterState];
  readonly slices: readonly (readonly number[])[];
  /** The open one. */
  readonly slice: readonly number[];
  readonly windows: readonly (readonly [window: number, tested: TestedWindow])[];
}

/** Fewer records of a window or a reference say too little to be compared. */
export const fewest = 100;
const shownValues = 5;
const enough = 2;

export class MetricWatch {
  readonly name: string;
  readonly #settings: MetricSettings;
  #numbers: number[] = [];
  #texts = new HeavyHitters(4 * mostValues);
  #binning: Binning | undefined;
  #given = false;
  #watched = false;
  #reference = new Float64Array();
  #referenceCount = 0;
  #referenceShape: Shape | undefined;
  #quantiles = new Quantiles();
  #seen = new HeavyHitters(4 * mostValues);
  #slices: Float64Array[] = [];
  #slice = new Float64Array();
  #windows: (readonly [window: number, tested: TestedWindow])[] = [];

  constructor(name: string, settings: MetricSettings, state?: MetricState) {
    this.name = name;
    this.#settings = settings;
    if (isYesOrNo(name)) this.#learned(yesOrNo);
    if (state === undefined) return;
    this.#numbers = [...(state.learning?.numbers ?? [])];
    this.#texts = new HeavyHitters(4 * mostValues, state.learning?.texts);
    if (state.binning !== null) this.#learned(state.binning);
    this.#given = state.given;
    this.#reference = Float64Array.from(state.reference);
    this.#referenceCount = sum(this.#reference);
    this.#referenceShape = state.referenceShape ?? undefined;
    this.#watched = state.referenceShape !== null;
    this.#quantiles = new Quantiles(state.sketches[0]);
    this.#seen = new HeavyHitters(4 * mostValues, state.sketches[1]);
    this.#slices = state.slices.map((slice) => Float64Array.from(slice));
    this.#slice = Float64Array.from(state.slice);
    this.#windows = [...state.windows];
  }

  get kind(): 'number' | 'text' | 'unknown' {
    return this.#binning?.kind ?? 'unknown';
  }

  get watched(): boolean {
    return this.#watched;
  }

  get reference(): Float64Array {
    return this.#reference;
  }

  get referenceShape(): Shape | undefined {
    return this.#referenceShape;
  }

  /** Of each window that was tested, oldest first. */
  get windows(): readonly (readonly [window: number, tested: TestedWindow])[] {
    return this.#windows;
  }

  /** @param given whether somebody said that this is how it should be */
  add(value: Telling, given: boolean): void {
    if (this.#binning === undefined) {
      this.#learn(value, given);
      return;
    }
    if (!this.#watched) {
      if (this.#given && !given && this.#referenceCount >= fewest) this.#watch();
      else {
        this.#given ||= given;
        this.#count(this.#reference, value);
        this.#referenceCount += 1;
        if (!this.#given && this.#referenceCount >= this.#settings.reference) this.#watch();
        return;
      }
    }
    this.#count(this.#slice, value);
  }

  /** The slices of all metrics of a model begin and end together. */
  closeSlice(): void {
    if (!this.#watched) return;
    this.#slices.push(this.#slice);
    this.#slice = new Float64Array(this.#reference.length);
  }

  /** Makes one of every two of the oldest slices of the model, of which this metric may have seen only the later ones. */
  coarsen(oldest: number, all: number): void {
    const missed = all - this.#slices.length;
    const coarse: Float64Array[] = [];
    for (let place = 0; place < oldest; place += 2) {
      const [one, other] = [this.#slices[place - missed], this.#slices[place + 1 - missed]];
      if (other === undefined) continue;
      coarse.push(one === undefined ? other : other.map((count, bin) => count + (one[bin] as number)));
    }
    this.#slices.splice(0, Math.max(0, oldest - missed), ...coarse);
  }

  /** All slices, or the last ones. */
  slices(last = this.#slices.length): readonly Float64Array[] {
    return last === 0 ? [] : this.#slices.slice(-last);
  }

  /** How many records of the last slices told this metric, or that it is missing; 0 while there is nothing to compare with. */
  recordsOf(slices: number): number {
    return this.#watched ? this.slices(slices).reduce((total, slice) => total + sum(slice), 0) : 0;
  }

  /**
   * Compares the last slices with the reference.
   *
   * @param key makes the shuffles what they are
   * @param shuffles of them at the most; the smallest p that can come out is one in so many
   */
  test(window: number, slices: number, key: string, shuffles: number): TestedWindow {
    const binning = this.#binning as Binning;
    const current = new Float64Array(this.#reference.length);
    for (const slice of this.slices(slices))
      for (let bin = 0; bin < current.length; bin++) current[bin] = (current[bin] as number) + (slice[bin] as number);
    const draw = drawsFor(`${key} ${this.name} ${window}`);
    const { p, strongest } = permutationTest(binning.layout, this.#reference, current, { shuffles, enough, draw });
    const value = statisticsOf(binning.layout, this.#reference, current)[strongest];
    const tested = { records: sum(current), p, statistic: strongest, value, ...this.#shape(current) };
    this.#windows.push([window, tested]);
    if (this.#windows.length > this.#settings.keepWindows) this.#windows.shift();
    this.#restartSketches();
    return tested;
  }

  state(): MetricState {
    return {
      name: this.name,
      learning: this.#binning === undefined ? { numbers: [...this.#numbers], texts: this.#texts.state() } : null,
      binning: this.#binning ?? null,
      given: this.#given,
      reference: [...this.#reference],
      wanted: this.#given ? fewest : this.#settings.reference,
      referenceShape: this.#referenceShape ?? null,
      sketches: [this.#quantiles.state(), this.#seen.state()],
      slices: this.#slices.map((slice) => [...slice]),
      slice: [...this.#slice],
      windows: [...this.#windows],
    };
  }

  #learn(value: Telling, given: boolean): void {
    this.#given ||= given;
    if (typeof value === 'number') this.#numbers.push(value);
    else if (value !== undefined) this.#texts.add(value);
    const records = this.#numbers.length + this.#texts.total;
    // A reference that is given may be short: then half of it is for the bins.
    if (records < (this.#given ? Math.min(fewest, this.#settings.learn) : this.#settings.learn)) return;
    const numbers = this.#numbers.length >= this.#texts.total;
    this.#learned(numbers ? learnNumbers(this.#numbers) : learnTexts(this.#texts));
    this.#numbers = [];
    this.#texts = new HeavyHitters(4 * mostValues);
  }

  #learned(binning: Binning): void {
    this.#binning = binning;
    this.#reference = new Float64Array(binning.layout.bins);
    this.#slice = new Float64Array(binning.layout.bins);
  }

  #watch(): void {
    this.#watched = true;
    this.#referenceShape = this.#shape(this.#reference);
    this.#restartSketches();
  }

  #count(into: Float64Array, value: Telling): void {
    const bin = binOf(this.#binning as Binning, value);
    into[bin] = (into[bin] as number) + 1;
    if (typeof value === 'number') this.#quantiles.add(value);
    else if (value !== undefined) this.#seen.add(value);
  }

  #restartSketches(): void {
    this.#quantiles = new Quantiles();
    this.#seen = new HeavyHitters(4 * mostValues);
  }

  #shape(counts: Float64Array): Shape {
    const total = sum(counts);
    if (isYesOrNo(this.name)) return { quantiles: null, shares: { failed: (counts[1] ?? 0) / total } };
    const missing = counts.at(-1) ?? 0;
    const shares: Record<string, number> = Object.create(null);
    for (const { value, count } of this.#seen.top(shownValues)) shares[value] = count / total;
    if (missing > 0 && this.kind === 'number') shares.missing = missing / total;
    const told = this.kind === 'number' && this.#quantiles.count > 0;
    return {
      quantiles: told ? [this.#quantiles.at(0.05), this.#quantiles.at(0.5), this.#quantiles.at(0.95)] : null,
      shares,
    };
  }
}

/** Metrics of which nothing has to be learned. */
function isYesOrNo(name: string): boolean {
  return name === 'errors';
}

function sum(counts: Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
