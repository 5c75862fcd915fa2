/** Metrics as the events that a team's pipeline would send: batches of 25 records, a minute apart. */
import type { NormalEvent } from '@firebreak/contract';
import type { Telling } from '../../packages/platform/src/detection/drift/binning.ts';
import type { Draw } from '../../packages/platform/src/detection/drift/random-draws.ts';
import type { Source } from './streams.ts';

export const start = Date.parse('2026-11-01T00:00:00Z');
export const perBatch = 25;
export const batchMs = 60_000;

export function eventAt(model: string, number: number, time: number): NormalEvent {
  return {
    id: `model-telemetry/${model}/${number}`,
    digest: '',
    time: new Date(time).toISOString(),
    timeIs: 'told',
    source: { format: 'model-telemetry', locator: 'replay' },
    system: 'models',
    actor: { name: 'a telemetry pipeline' },
    operation: `inferences of ${model}`,
    activity: 'execute',
    targets: [],
    outcome: 'done',
  };
}

/** A record with one feature for each source. */
export function rowsOf(kinds: readonly Source[], draw: Draw): () => Readonly<Record<string, Telling>> {
  return () => Object.fromEntries(kinds.map((kind, place) => [`f${place}`, kind(draw)]));
}

/** @param row features of the record with this number, from 0 */
export function* batches(model: string, row: (number: number) => Readonly<Record<string, Telling>>, records: number) {
  for (let number = 0; number < records; number += perBatch) {
    const inside = Array.from({ length: Math.min(perBatch, records - number) }, (_, place) => ({
      features: row(number + place),
    }));
    yield { event: eventAt(model, number, start + (number / perBatch) * batchMs), raw: { model, records: inside } };
  }
}
