/** What the detectors of models and clients know, as people and the console read it. From their saved states and nothing else. */
import type { Correlate, Gap, ModelDrift, NodeRef, Telemetry, WatchedClient } from '@firebreak/contract';
import { completeness } from '@firebreak/contract';
import { extractionState, throttleOf } from '../extraction/extraction-detector.ts';
import type { Began } from './correlates.ts';
import { driftState } from './drift-detector.ts';
import type { MetricState } from './metric-watch.ts';
import type { Episode, ModelState } from './model-watch.ts';

const mostClients = 200;
const mostBeside = 10;

/** A drift whose surroundings are asked for. */
export interface AskedDrift {
  readonly model: string;
  readonly node: string | null;
  readonly versions: readonly { readonly version: string; readonly since: number }[];
  readonly began: Began;
}

export interface Surroundings {
  readonly nodeOf: (model: string, told: string | null) => NodeRef | null;
  readonly beside: (drift: AskedDrift) => Promise<readonly Correlate[]>;
  /** What is not known of the estate or of events. */
  readonly gaps: readonly Gap[];
}

/** @param states by the detector's id, as the watch saves them */
export async function telemetryOf(
  states: Readonly<Record<string, unknown>>,
  { nodeOf, beside, gaps }: Surroundings,
): Promise<Telemetry> {
  const byModel = new Map<string, { readonly detector: string; readonly state: ModelState }[]>();
  const forgotten: string[] = [];
  for (const [detector, state] of Object.entries(states)) {
    const told = driftState(state);
    if (!detector.startsWith('model/') || told === undefined) continue;
    if (told.dropped > 0)
      forgotten.push(`${detector}: ${told.dropped} models that were silent longest were forgotten.`);
    for (const model of told.models)
      byModel.set(model.model, [...(byModel.get(model.model) ?? []), { detector, state: model }]);
  }
  const models = await Promise.all(
    [...byModel].map(async ([model, groups]) => {
      const node = groups.map(({ state }) => state.node).find((each) => each !== null) ?? null;
      const told = groups.map(({ state }) => state.versions).sort((a, b) => b.length - a.length)[0] ?? [];
      const versions = told.map(([version, since]) => ({ version, since }));
      const episodes = groups
        .flatMap(({ detector, state }) => state.episodes.map((episode) => ({ detector, episode })))
        .sort((a, b) => b.episode.found - a.episode.found);
      const drifts = await Promise.all(
        episodes.map(async ({ detector, episode }, place) =>
          driftOf(
            detector,
            episode,
            place < mostBeside ? await beside({ model, node, versions, began: episode.began }) : [],
          ),
        ),
      );
      return {
        model,
        node: nodeOf(model, node),
        versions: versions.map(({ version, since }) => ({ version, since: iso(since) })),
        groups: groups.map(({ detector, state }) => groupOf(detector, state)),
        drifts,
      };
    }),
  );
  const extraction = extractionState(states['extraction/client-queries']);
  return {
    models: models.sort((a, b) => (a.model < b.model ? -1 : 1)),
    clients: clientsOf(extraction),
    populations: (extraction?.models ?? []).map(({ model, watching, meanOf, calibrated, worst, meanClients }) => ({
      model,
      state: watching ? ('watching' as const) : ('learning' as const),
      clients: Math.max(worst.length, meanClients.length),
      windows: meanOf[0] + calibrated,
    })),
    forgotten,
    completeness: completeness(gaps, 'any'),
  };
}

function groupOf(detector: string, state: ModelState): Telemetry['models'][number]['groups'][number] {
  const open = state.slices
    .slice(state.slices.length - state.sinceWindow)
    .reduce((sum, { records }) => sum + records, 0);
  return {
    detector,
    observed: state.observed,
    window: { records: state.watching.window, open: open + (state.open?.count ?? 0) },
    windows: state.number,
    falseAlarmRate: state.watching.rate,
    metrics: state.metrics.map((metric) => metricOf(metric, new Map(state.windows))),
  };
}

function metricOf(
  metric: MetricState,
  times: ReadonlyMap<number, ModelState['windows'][number][1]>,
): Telemetry['models'][number]['groups'][number]['metrics'][number] {
  const shape = metric.referenceShape;
  return {
    name: metric.name,
    kind: metric.binning?.kind ?? 'unknown',
    state: shape === null ? 'learning' : 'watched',
    reference: {
      records: metric.reference.reduce((sum, count) => sum + count, 0),
      wanted: metric.wanted,
      quantiles: shape?.quantiles == null ? null : [...shape.quantiles],
      shares: { ...shape?.shares },
    },
    windows: metric.windows.flatMap(([number, { quantiles, shares, ...tested }]) => {
      const time = times.get(number);
      if (time === undefined) return [];
      const { from, to, line } = time;
      const shown = quantiles === null ? null : ([...quantiles] as [number, number, number]);
      return [{ ...tested, from: iso(from), to: iso(to), line, quantiles: shown, shares: { ...shares } }];
    }),
  };
}

function driftOf(
  detector: string,
  { metrics, began, found, ended }: Episode,
  beside: readonly Correlate[],
): ModelDrift {
  return {
    detector,
    metrics: metrics.map((metric) => ({ ...metric })),
    began: { at: iso(began.at), from: iso(began.from), to: iso(began.to) },
    found: iso(found),
    ended: ended === null ? null : iso(ended),
    beside: [...beside],
  };
}

function clientsOf(state: ReturnType<typeof extractionState>): WatchedClient[] {
  if (state === undefined) return [];
  const limits = new Map(state.models.map((model) => [model.model, model]));
  const told = state.clients.flatMap(([model, client]) => {
    const population = limits.get(model);
    if (population === undefined || !population.watching) return [];
    const { key, queries, first, last, suspicion, signals, found } = client;
    return [
      {
        model,
        client: key,
        queries,
        first: iso(first),
        last: iso(last),
        throttle: throttleOf(suspicion, population),
        signals: { ...signals },
        found: found === null ? null : iso(found),
      },
    ];
  });
  return told.sort((a, b) => b.throttle - a.throttle || b.queries - a.queries).slice(0, mostClients);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
