/**
 * Watches every client of every model for queries that are made to learn the model or its training data, rather than to use it. A client
 * is told of once; its throttle score goes on.
 */
import type { Detected, NormalEvent, RunningDetector, StreamDetector } from '@firebreak/contract';
import { observationsOf } from '../../events/observations.ts';
import { type ClientState, ClientWindow, windowSize } from './client-window.ts';
import { type Judged, Population, type PopulationState } from './population.ts';

export interface ExtractionState {
  readonly version: 1;
  readonly models: readonly PopulationState[];
  /** By model, the client that was seen last is last. */
  readonly clients: readonly (readonly [model: string, client: ClientState])[];
  readonly dropped: { readonly models: number; readonly clients: number };
}

export interface Bounds {
  readonly models: number;
  /** Of all models together. */
  readonly clients: number;
}

const bounds: Bounds = { models: 64, clients: 10_000 };

/** What the watch saved of it; undefined for what is none. */
export function extractionState(state: unknown): ExtractionState | undefined {
  const told = state as ExtractionState | undefined | null;
  return told?.version === 1 && Array.isArray(told.clients) ? told : undefined;
}

/** The limit that a client's evidence is held against. */
export function throttleOf(suspicion: number, { limit }: Pick<PopulationState, 'limit'>): number {
  return Math.min(1, suspicion / limit);
}

export function extractionDetector(is: Omit<StreamDetector, 'start'>, most: Bounds = bounds): StreamDetector {
  return { ...is, start: (state) => new Running(is.id, most, state) };
}

class Running implements RunningDetector {
  readonly #id: string;
  readonly #most: Bounds;
  readonly #models = new Map<string, Population>();
  /** By model and client, in the order of their last query. */
  readonly #clients = new Map<string, { readonly model: string; readonly client: ClientWindow }>();
  readonly #dropped = { models: 0, clients: 0 };

  constructor(id: string, most: Bounds, state: unknown) {
    this.#id = id;
    this.#most = most;
    const told = extractionState(state);
    if (told === undefined) return;
    try {
      for (const model of told.models) this.#models.set(model.model, new Population(model.model, model));
      for (const [model, client] of told.clients)
        this.#clients.set(keyOf(model, client.key), { model, client: new ClientWindow(client.key, 0, client) });
      Object.assign(this.#dropped, told.dropped);
    } catch {
      // damaged: it learns anew
      this.#models.clear();
      this.#clients.clear();
    }
  }

  *see({ event, raw }: { readonly event: NormalEvent; readonly raw: unknown }): Generator<Detected> {
    const time = Date.parse(event.time);
    for (const query of observationsOf(raw)) {
      if (query.role !== 'live') continue;
      const name = query.client ?? event.actor.credential ?? event.actor.id;
      if (name === undefined) continue;
      const population = this.#population(query.model);
      const placed = population.place(query);
      if (placed === undefined) continue;
      const client = this.#client(query.model, name, time);
      client.add(query, placed, time);
      if (!client.full) continue;
      const judged = population.judge(client);
      if (judged !== undefined) {
        client.suspicion = judged.suspicion;
        client.signals = judged.ps;
        if (judged.suspicion >= judged.limit && client.found === null) {
          client.found = time;
          yield detected(query.model, client, judged, event);
        }
      }
      client.next();
    }
  }

  *advance(): Generator<Detected> {}

  state(): ExtractionState {
    return {
      version: 1,
      models: [...this.#models.values()].map((model) => model.state()),
      clients: [...this.#clients.values()].map(({ model, client }) => [model, client.state()]),
      dropped: { ...this.#dropped },
    };
  }

  forgotten(): readonly string[] {
    const { models, clients } = this.#dropped;
    return [
      ...(models === 0 ? [] : [`${this.#id}: ${models} models that were silent longest were forgotten.`]),
      ...(clients === 0 ? [] : [`${this.#id}: ${clients} clients that were silent longest were forgotten.`]),
    ];
  }

  #population(model: string): Population {
    const known = this.#models.get(model);
    if (known !== undefined) {
      this.#models.delete(model);
      this.#models.set(model, known);
      return known;
    }
    if (this.#models.size >= this.#most.models) {
      for (const [oldest] of this.#models) {
        this.#models.delete(oldest);
        this.#dropped.models += 1;
        break;
      }
    }
    const made = new Population(model);
    this.#models.set(model, made);
    return made;
  }

  #client(model: string, name: string, time: number): ClientWindow {
    const key = keyOf(model, name);
    const known = this.#clients.get(key);
    if (known !== undefined) {
      this.#clients.delete(key);
      this.#clients.set(key, known);
      return known.client;
    }
    if (this.#clients.size >= this.#most.clients) {
      for (const [oldest] of this.#clients) {
        this.#clients.delete(oldest);
        this.#dropped.clients += 1;
        break;
      }
    }
    const client = new ClientWindow(name, time);
    this.#clients.set(key, { model, client });
    return client;
  }
}

function keyOf(model: string, client: string): string {
  return JSON.stringify([model, client]);
}

const words: Readonly<Record<string, string>> = {
  novelty: 'it asks what is far from anything natural',
  discrepancy: 'its queries as a whole are unlike natural ones',
  regularity: 'the distances of its queries are too regular',
  'near-duplicates': 'it asks the same with small changes',
  coverage: 'it covers more of the input space',
  boundary: 'it asks where the model is least sure',
  classes: 'it sweeps the classes evenly',
  scores: 'it asks for scores',
  budget: 'it asks faster',
};

function detected(model: string, client: ClientWindow, { ps }: Judged, event: NormalEvent): Detected {
  const reasons = Object.entries(ps)
    .filter(([, p]) => p < 0.05)
    .sort((a, b) => a[1] - b[1])
    .map(([signal, p]) => `${words[signal]} (${signal}, p ${p.toPrecision(2)})`);
  return {
    group: `${model} ${client.key}`,
    events: [event],
    count: client.queries,
    note: [
      `Client ${client.key} of ${model}, ${client.queries} queries in ${client.windows + 1} windows of ${windowSize}:`,
      reasons.length === 0 ? 'many windows, each a little unusual.' : `${reasons.join('; ')}.`,
      'Throttle score 1 of 1; where it is a key of LiteLLM, the levers are litellm.throttle-key and litellm.limit-key.',
    ].join(' '),
  };
}
