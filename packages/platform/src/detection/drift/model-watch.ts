/**
 * All metrics of one group (predictions, features, …) of one model. Windows do not overlap, and each is looked at once, when it has
 * enough records and is ten minutes long, or a day old: so the false-alarm rate that was chosen is that of a window, and a busy model
 * is not looked at so often that chance alone keeps somebody awake.
 *
 * When a window is an alarm, an episode begins, and only its beginning is told; it ends after three windows in which nothing counts.
 */
import type { NormalEvent } from '@firebreak/contract';
import type { Observation } from '../../events/observations.ts';
import type { Telling } from './binning.ts';
import { changePoint } from './change-point.ts';
import { discoveryLine } from './false-discoveries.ts';
import { fewest, type MetricState, MetricWatch, type Shape } from './metric-watch.ts';

/** What of an observation a group watches: names and values; undefined when it tells nothing of the group. */
export type Metrics = (observation: Observation) => Readonly<Record<string, Telling>> | undefined;

export interface ModelSettings {
  readonly learn: number;
  readonly reference: number;
  /** Records that a window has at least. */
  readonly window: number;
  /** Share of windows that are an alarm although nothing has changed. */
  readonly rate: number;
  readonly mostMetrics: number;
}

export const defaults: ModelSettings = {
  learn: 500,
  reference: 2000,
  window: 500,
  rate: 0.001,
  mostMetrics: 64,
};

/** Then the older half is made half as fine: the further back, the coarser. */
const keepSlices = 80;
const keepWindows = 48;
const slicesAWindow = 20;
const shortestWindowMs = 600_000;
const longestWindowMs = 24 * 3600_000;
/** Records that all say the same time must not be one endless window. */
const longestSlice = 10_000;
const mostShuffles = 50_000;
const quietWindows = 3;
const mostEpisodes = 20;
const mostVersions = 8;

interface Slice {
  readonly from: number;
  readonly to: number;
  readonly records: number;
  /** The first event of it. */
  readonly event: NormalEvent;
}

export interface Episode {
  readonly metrics: readonly { readonly name: string; readonly p: number; readonly what: string }[];
  /** ms since 1970. */
  readonly began: { readonly at: number; readonly from: number; readonly to: number };
  readonly found: number;
  readonly ended: number | null;
  readonly quiet: number;
}

export interface WindowTimes {
  readonly from: number;
  readonly to: number;
  /** The p up to which a metric counted; 0 when none did. */
  readonly line: number;
}

export interface ModelState {
  readonly watching: { readonly window: number; readonly rate: number };
  readonly model: string;
  readonly node: string | null;
  readonly versions: readonly (readonly [version: string, since: number])[];
  readonly observed: number;
  readonly number: number;
  readonly open: {
    readonly from: number;
    readonly to: number;
    readonly event: NormalEvent;
    readonly count: number;
  } | null;
  readonly slices: readonly Slice[];
  readonly sinceWindow: number;
  readonly windows: readonly (readonly [number: number, times: WindowTimes])[];
  readonly metrics: readonly MetricState[];
  readonly episodes: readonly Episode[];
  readonly left: number;
}

export interface DriftFound {
  readonly episode: Episode;
  /** The first event of the slice with which it began, and the one that closed the window. */
  readonly events: readonly NormalEvent[];
  readonly records: number;
}

export class ModelWatch {
  readonly model: string;
  readonly #settings: ModelSettings;
  readonly #read: Metrics;
  readonly #metrics = new Map<string, MetricWatch>();
  #watching: { readonly window: number; readonly rate: number };
  #node: string | null = null;
  #versions: (readonly [version: string, since: number])[] = [];
  #observed = 0;
  #number = 0;
  #open: { from: number; to: number; event: NormalEvent; count: number } | null = null;
  #slices: Slice[] = [];
  #sinceWindow = 0;
  #windows: (readonly [number: number, times: WindowTimes])[] = [];
  #episodes: Episode[] = [];
  #left = 0;

  constructor(model: string, read: Metrics, settings: ModelSettings, state?: ModelState) {
    this.model = model;
    this.#read = read;
    this.#settings = settings;
    this.#watching = state?.watching ?? { window: settings.window, rate: settings.rate };
    if (state === undefined) return;
    this.#node = state.node;
    this.#versions = [...state.versions];
    this.#observed = state.observed;
    this.#number = state.number;
    this.#open = state.open === null ? null : { ...state.open };
    this.#slices = [...state.slices];
    this.#sinceWindow = state.sinceWindow;
    this.#windows = [...state.windows];
    this.#episodes = [...state.episodes];
    this.#left = state.left;
    for (const metric of state.metrics) this.#metrics.set(metric.name, this.#metric(metric.name, metric));
  }

  get metricCount(): number {
    return this.#metrics.size;
  }

  /** Values of metrics that found no room. */
  get leftOut(): number {
    return this.#left;
  }

  see(observation: Observation, event: NormalEvent, time: number): DriftFound | undefined {
    if (observation.role === 'next') this.#forget();
    if (observation.watch !== undefined) this.#watching = { ...this.#watching, ...observation.watch };
    const told = this.#read(observation);
    if (told === undefined) return undefined;
    this.#observed += 1;
    this.#node ??= event.targets[0] ?? null;
    // Several may serve at the same time: one is new when it was never told.
    const { version } = observation;
    if (version !== undefined && !this.#versions.some(([known]) => known === version)) {
      this.#versions.push([version, time]);
      if (this.#versions.length > mostVersions) this.#versions.shift();
    }
    const given = observation.role === 'these';
    let present = 0;
    for (const name in told) {
      const metric = this.#known(name);
      metric?.add(told[name], given);
      if (metric !== undefined) present += 1;
    }
    // What others of its kind tell and this one does not is missing.
    if (present < this.#metrics.size)
      for (const [name, metric] of this.#metrics) if (!Object.hasOwn(told, name)) metric.add(undefined, given);
    if (given || !this.#watched()) return undefined;
    if (this.#open === null) this.#open = { from: time, to: time, event, count: 1 };
    else {
      this.#open.from = Math.min(this.#open.from, time);
      this.#open.to = Math.max(this.#open.to, time);
      this.#open.count += 1;
    }
    const { from, to, count } = this.#open;
    if (count < this.#watching.window / slicesAWindow) return undefined;
    if (to - from < shortestWindowMs / slicesAWindow && count < longestSlice) return undefined;
    this.#closeSlice();
    return this.#sinceWindow >= slicesAWindow ? this.#closeWindow(event) : undefined;
  }

  /** A window that nobody fills is looked at when it is a day old, if there is enough of it. */
  advance(time: number): DriftFound | undefined {
    const from = this.#sinceWindow === 0 ? this.#open?.from : this.#slices.at(-this.#sinceWindow)?.from;
    if (from === undefined || time - from < longestWindowMs) return undefined;
    const waiting = this.#slices.slice(-this.#sinceWindow || this.#slices.length);
    const records = waiting.reduce((total, slice) => total + slice.records, this.#open?.count ?? 0);
    if (records < fewest) return undefined;
    this.#closeSlice();
    const event = this.#slices.at(-1)?.event;
    return event === undefined ? undefined : this.#closeWindow(event);
  }

  state(): ModelState {
    return {
      watching: this.#watching,
      model: this.model,
      node: this.#node,
      versions: [...this.#versions],
      observed: this.#observed,
      number: this.#number,
      open: this.#open === null ? null : { ...this.#open },
      slices: [...this.#slices],
      sinceWindow: this.#sinceWindow,
      windows: [...this.#windows],
      metrics: [...this.#metrics.values()].map((metric) => metric.state()),
      episodes: [...this.#episodes],
      left: this.#left,
    };
  }

  #metric(name: string, state?: MetricState): MetricWatch {
    const { learn, reference } = this.#settings;
    return new MetricWatch(name, { learn, reference, keepWindows }, state);
  }

  #known(name: string): MetricWatch | undefined {
    const known = this.#metrics.get(name);
    if (known !== undefined) return known;
    if (this.#metrics.size >= this.#settings.mostMetrics) {
      this.#left += 1;
      return undefined;
    }
    const made = this.#metric(name);
    this.#metrics.set(name, made);
    return made;
  }

  #watched(): boolean {
    for (const metric of this.#metrics.values()) if (metric.watched) return true;
    return false;
  }

  #forget(): void {
    this.#metrics.clear();
    this.#open = null;
    this.#slices = [];
    this.#sinceWindow = 0;
    this.#end();
  }

  #closeSlice(): void {
    if (this.#open === null) return;
    const { from, to, event, count: records } = this.#open;
    this.#slices.push({ from, to, records, event });
    this.#sinceWindow += 1;
    this.#open = null;
    for (const metric of this.#metrics.values()) metric.closeSlice();
    if (this.#slices.length >= keepSlices) this.#coarsen();
  }

  #coarsen(): void {
    const [all, oldest] = [this.#slices.length, keepSlices / 2];
    for (const metric of this.#metrics.values()) metric.coarsen(oldest, all);
    const coarse: Slice[] = [];
    for (let place = 0; place < oldest; place += 2) {
      const [one, other] = [this.#slices[place] as Slice, this.#slices[place + 1] as Slice];
      coarse.push({
        from: Math.min(one.from, other.from),
        to: Math.max(one.to, other.to),
        records: one.records + other.records,
        event: one.event,
      });
    }
    this.#slices.splice(0, oldest, ...coarse);
  }

  #closeWindow(event: NormalEvent): DriftFound | undefined {
    const slices = this.#slices.slice(-this.#sinceWindow);
    const [length, number] = [this.#sinceWindow, this.#number];
    this.#sinceWindow = 0;
    this.#number += 1;
    const metrics = [...this.#metrics.values()].filter((metric) => metric.recordsOf(length) >= fewest);
    if (metrics.length === 0) return undefined;
    const current = this.#episodes.at(-1);
    const going = current !== undefined && current.ended === null;
    const { rate } = this.#watching;
    // While it goes on, all that matters is whether it still does.
    const shuffles = Math.min(mostShuffles, Math.ceil((2 * (going ? 1 : metrics.length)) / rate));
    const tested = metrics.map((metric) => ({ metric, ...metric.test(number, length, this.model, shuffles) }));
    const known = new Set(going ? current.metrics.map(({ name }) => name) : []);
    const line = going
      ? rate
      : discoveryLine(
          tested.map(({ p }) => p),
          rate,
        );
    const records = slices.reduce((total, slice) => total + slice.records, 0);
    const [from, to] = [Math.min(...slices.map((slice) => slice.from)), Math.max(...slices.map((slice) => slice.to))];
    this.#windows.push([number, { from, to, line }]);
    if (this.#windows.length > keepWindows) this.#windows.shift();
    const counts = (name: string, p: number) => p <= line && (!going || known.has(name));
    const changed = tested
      .filter(({ metric, p }) => counts(metric.name, p))
      .sort((a, b) => a.p - b.p || b.value - a.value);
    const strongest = changed[0];
    if (strongest === undefined) {
      if (!going) return undefined;
      this.#episodes[this.#episodes.length - 1] = { ...current, quiet: current.quiet + 1 };
      if (current.quiet + 1 >= quietWindows) this.#end(to);
      return undefined;
    }
    if (going) {
      this.#episodes[this.#episodes.length - 1] = { ...current, quiet: 0 };
      return undefined;
    }
    const held = strongest.metric.slices();
    const kept = this.#slices.slice(-held.length);
    const began = changePoint(strongest.metric.reference, held);
    const episode: Episode = {
      metrics: changed.map(({ metric, p, ...shape }) => ({ name: metric.name, p, what: inWords(metric, shape) })),
      began: {
        at: (kept[began.slice] as Slice).from,
        from: began.from === 0 ? (kept[0] as Slice).from : (kept[began.from - 1] as Slice).to,
        to: (kept[began.to] as Slice).to,
      },
      found: to,
      ended: null,
      quiet: 0,
    };
    this.#episodes.push(episode);
    if (this.#episodes.length > mostEpisodes) this.#episodes.shift();
    const first = (kept[began.slice] as Slice).event;
    return { episode, events: first.id === event.id ? [event] : [first, event], records };
  }

  #end(time?: number): void {
    const current = this.#episodes.at(-1);
    if (current === undefined || current.ended !== null) return;
    this.#episodes[this.#episodes.length - 1] = { ...current, ended: time ?? current.found };
  }
}

function inWords(metric: MetricWatch, now: Shape): string {
  const was = metric.referenceShape;
  if (now.quantiles !== null && was?.quantiles != null) {
    const missing = (now.shares.missing ?? 0) - (was.shares.missing ?? 0);
    const gone =
      Math.abs(missing) > 0.02 ? `; missing ${percent(was.shares.missing)} → ${percent(now.shares.missing)}` : '';
    return `middle ${rounded(was.quantiles[1])} → ${rounded(now.quantiles[1])}, 5–95 % ${range(was.quantiles)} → ${range(now.quantiles)}${gone}`;
  }
  if (metric.name === 'errors') return `${percent(was?.shares.failed)} → ${percent(now.shares.failed)} failed`;
  const names = [...new Set([...Object.keys(was?.shares ?? {}), ...Object.keys(now.shares)])]
    .map((name) => ({ name, by: (now.shares[name] ?? 0) - (was?.shares[name] ?? 0) }))
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by))
    .slice(0, 3);
  return names
    .map(({ name }) => `${name.slice(0, 60)} ${percent(was?.shares[name])} → ${percent(now.shares[name])}`)
    .join(', ');
}

const percent = (share = 0) => `${(100 * share).toFixed(1)} %`;
const rounded = (value: number) => String(Number(value.toPrecision(3)));
const range = ([low, , high]: readonly [number, number, number]) => `${rounded(low)}–${rounded(high)}`;
