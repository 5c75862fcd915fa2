/**
 * Makes a detector of a group of metrics. Five detectors share this and differ in what they read of an observation, so that each has a
 * false-alarm rate, a switch and a record of verdicts of its own.
 */
import type { Detected, NormalEvent, RunningDetector, StreamDetector } from '@firebreak/contract';
import { observationsOf } from '../../events/observations.ts';
import {
  type DriftFound,
  defaults,
  type Metrics,
  type ModelSettings,
  type ModelState,
  ModelWatch,
} from './model-watch.ts';

export interface DriftDetector extends Omit<StreamDetector, 'start' | 'needs' | 'falsePositives' | 'status'> {
  readonly metrics: Metrics;
}

export interface DriftState {
  readonly version: 1;
  /** The one that was seen last is last. */
  readonly models: readonly ModelState[];
  readonly dropped: number;
}

/** Models that one detector watches; then the one that was silent longest is forgotten. */
const mostModels = 256;
/** Metrics of all models together. */
const mostMetrics = 2000;

export function driftDetector({ metrics, ...is }: DriftDetector, settings: ModelSettings = defaults): StreamDetector {
  return {
    ...is,
    status: 'stable',
    needs: ['model-telemetry', 'kserve-inference', 'litellm', 'otlp-spans'],
    falsePositives: [
      'A change that was meant: a new version, a campaign, a season. Send a new reference.',
      'Traffic that comes in bursts of one customer: records of one window are then not independent of each other.',
      `By chance, one window in ${Math.round(1 / settings.rate)} of a model.`,
    ],
    start: (state) => new Running(is.id, metrics, settings, state),
  };
}

/** What the watch saved of a drift detector; undefined for what is none. */
export function driftState(state: unknown): DriftState | undefined {
  const told = state as DriftState | undefined | null;
  return told?.version === 1 && Array.isArray(told.models) ? told : undefined;
}

class Running implements RunningDetector {
  readonly #id: string;
  readonly #read: Metrics;
  readonly #settings: ModelSettings;
  readonly #models = new Map<string, ModelWatch>();
  #dropped = 0;
  #metrics = 0;

  constructor(id: string, read: Metrics, settings: ModelSettings, state: unknown) {
    this.#id = id;
    this.#read = read;
    this.#settings = settings;
    const told = driftState(state);
    if (told === undefined) return;
    try {
      for (const model of told.models)
        this.#models.set(model.model, new ModelWatch(model.model, read, settings, model));
      this.#dropped = told.dropped;
    } catch {
      // damaged: it learns anew
      this.#models.clear();
    }
    this.#metrics = [...this.#models.values()].reduce((total, { metricCount }) => total + metricCount, 0);
  }

  *see({ event, raw }: { readonly event: NormalEvent; readonly raw: unknown }): Generator<Detected> {
    const observations = observationsOf(raw);
    if (observations.length === 0) return;
    const time = Date.parse(event.time);
    for (const observation of observations) {
      if (this.#read(observation) === undefined && observation.role !== 'next') continue;
      const model = this.#model(observation.model);
      const before = model.metricCount;
      const found = model.see(observation, event, time);
      this.#metrics += model.metricCount - before;
      if (found !== undefined) yield this.#detected(model, found);
    }
    if (this.#metrics > mostMetrics || this.#models.size > mostModels) this.#dropOldest();
  }

  *advance(time: number): Generator<Detected> {
    for (const model of this.#models.values()) {
      const found = model.advance(time);
      if (found !== undefined) yield this.#detected(model, found);
    }
  }

  state(): DriftState {
    return { version: 1, models: [...this.#models.values()].map((model) => model.state()), dropped: this.#dropped };
  }

  forgotten(): readonly string[] {
    const left = [...this.#models.values()].reduce((total, { leftOut }) => total + leftOut, 0);
    return [
      ...(this.#dropped === 0 ? [] : [`${this.#id}: ${this.#dropped} models that were silent longest were forgotten.`]),
      ...(left === 0
        ? []
        : [`${this.#id}: ${left} values of metrics beyond ${this.#settings.mostMetrics} a model were not watched.`]),
    ];
  }

  #model(name: string): ModelWatch {
    const known = this.#models.get(name);
    const model = known ?? new ModelWatch(name, this.#read, this.#settings);
    if (known !== undefined) this.#models.delete(name);
    this.#models.set(name, model);
    return model;
  }

  /** Never the newest: a single model has fewer metrics than there is room. */
  #dropOldest(): void {
    for (const [name, model] of this.#models) {
      if (this.#metrics <= mostMetrics && this.#models.size <= mostModels) return;
      this.#models.delete(name);
      this.#metrics -= model.metricCount;
      this.#dropped += 1;
    }
  }

  #detected({ model }: ModelWatch, { episode, events, records }: DriftFound): Detected {
    const { metrics, began } = episode;
    const at = (time: number) => new Date(time).toISOString();
    const shown = metrics.slice(0, 5).map(({ name, p, what }) => `${name}: ${what} (p ≤ ${p.toPrecision(2)})`);
    const more = metrics.length > shown.length ? [`${metrics.length - shown.length} more metrics`] : [];
    return {
      group: `${model} ${began.at}`,
      events,
      count: records,
      note: `${model}: ${[...shown, ...more].join('; ')}. It most likely began ${at(began.at)}, between ${at(began.from)} and ${at(began.to)}.`,
    };
  }
}
