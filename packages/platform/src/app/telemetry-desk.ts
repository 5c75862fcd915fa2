/** Telemetry of models in and out: batches go the way of all events, and the answer is what the watch has saved of its detectors. */

import type { NormalEvent } from '@firebreak/contract';
import { type Correlate, type Gap, nodeRef, type Telemetry } from '@firebreak/contract';
import type { TelemetryDesk } from '../cli/world.ts';
import { correlatesOf, idsNear, lookBackMs } from '../detection/drift/correlates.ts';
import { type AskedDrift, type Surroundings, telemetryOf } from '../detection/drift/telemetry-answer.ts';
import { type Upstream, upstreamOf } from '../detection/drift/upstream.ts';
import { nodeFinder } from '../events/node-finder.ts';
import { mainLine } from '../events/store.ts';
import type { Station } from './station.ts';

/** Events and detections that one drift is laid beside. */
const mostEvents = 20_000;
const mostDetections = 500;

export function telemetryDesk(station: Station): TelemetryDesk {
  const { eventStore, detectionStore, watchPlaces } = station.storage;
  const { coldEvents } = station;

  async function surroundings(signal: AbortSignal): Promise<Surroundings> {
    const gaps: Gap[] = [];
    const graph = await station.field?.holder.current(signal).then(
      (current) => current.graph,
      () => undefined,
    );
    if (graph === undefined) gaps.push(noEstate);
    const find = graph === undefined ? undefined : nodeFinder(graph);
    const known = new Map<string, Upstream | undefined>();
    const upstreamFor = (model: string, told: string | null) => {
      if (graph === undefined || find === undefined) return undefined;
      if (!known.has(model)) known.set(model, upstreamOf(graph, find, model, told));
      return known.get(model);
    };
    return {
      gaps,
      nodeOf: (model, told) => {
        const upstream = upstreamFor(model, told);
        if (upstream !== undefined) return upstream.model;
        const index = told === null || find === undefined ? undefined : find(told, 'execute');
        return index === undefined || graph === undefined ? null : nodeRef(graph.nodeAt(index));
      },
      beside: async ({ model, node, ...drift }: AskedDrift): Promise<readonly Correlate[]> => {
        const upstream = upstreamFor(model, node);
        const until = new Date(drift.began.to).toISOString();
        const since = new Date(drift.began.to - lookBackMs).toISOString();
        const events: NormalEvent[] = [];
        if (upstream !== undefined) {
          const wish = { targets: idsNear(upstream), since, until };
          for await (const piece of eventStore.search(wish)) {
            signal.throwIfAborted();
            for (const { event } of piece) events.push(event);
            if (events.length >= mostEvents) break;
          }
          if (events.length < mostEvents)
            for await (const piece of coldEvents.search(wish, Number.MAX_SAFE_INTEGER, undefined)) {
              signal.throwIfAborted();
              if ('gap' in piece) gaps.push(piece.gap);
              else if ('events' in piece) for (const { event } of piece.events) events.push(event);
              if (events.length >= mostEvents) break;
            }
        }
        if (events.length >= mostEvents) gaps.push(tooMany(model));
        const { detections } = await detectionStore.list(
          { since, until, suppressed: 'hidden' },
          { limit: mostDetections, after: undefined },
        );
        return correlatesOf({ ...drift, upstream, events, detections, find });
      },
    };
  }

  return {
    show: async (signal = AbortSignal.any([])): Promise<Telemetry> => {
      const place = await watchPlaces.load((station.watch?.line ?? mainLine).name);
      return telemetryOf(place?.state.detectors ?? {}, await surroundings(signal));
    },

    send: async (batch, by) => {
      // Told apart by when it came, unless the sender says what it is.
      const told = batch.id !== undefined || batch.to !== undefined || batch.from !== undefined;
      const value = told ? batch : { ...batch, to: station.clock.now().toISOString() };
      const { duplicates } = await station.intake.take([value], { source: by, locator: `telemetry sent by ${by}` });
      return { model: batch.model, records: batch.records.length, known: duplicates > 0 };
    },
  };
}

const noEstate: Gap = {
  kinds: ['*'],
  where: 'estate',
  code: 'FB-SOURCE-UNREADABLE',
  reason:
    'Without an estate nobody knows what a model is made from, so nothing is laid beside a drift but its versions.',
  next: 'Give the server an estate by --kubeconfig or --from.',
};

function tooMany(model: string): Gap {
  return {
    kinds: ['*'],
    where: model,
    code: 'FB-EVENT-UNREADABLE',
    reason: `More than ${mostEvents} events near it in fourteen days: the earlier ones were not looked at.`,
    next: 'Look at the events themselves.',
  };
}
