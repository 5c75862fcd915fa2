/**
 * Detectors of models and clients on one core: observations a second and memory, beside exact methods that keep what they saw; and how
 * often each statistic is an alarm when nothing has changed, on so many streams that a fifth of the level can be seen.
 *
 *     node bench/telemetry.ts [--observations 1000000] [--clients 10000] [--streams 20000] [--only speed|alarms]
 */
import { parseArgs } from 'node:util';
import type { NormalEvent } from '@firebreak/contract';
import { drawsFor } from '../packages/platform/src/detection/drift/random-draws.ts';
import clientQueries from '../packages/platform/src/detection/stream/extraction/client-queries.ts';
import features from '../packages/platform/src/detection/stream/model/features.ts';
import { alarmsOn, levels, tested } from '../scenarios/telemetry/false-alarms.ts';
import { gauss } from '../scenarios/telemetry/small-model.ts';
import { sources } from '../scenarios/telemetry/streams.ts';
import { clearMemory, printTable } from './measure.ts';

const { values: options } = parseArgs({
  options: {
    observations: { type: 'string', default: '1000000' },
    clients: { type: 'string', default: '10000' },
    streams: { type: 'string', default: '20000' },
    only: { type: 'string' },
  },
});
const observations = Number(options.observations);
const clients = Number(options.clients);
const width = 10;
const perBatch = 100;

interface Taking {
  readonly take: (event: NormalEvent, raw: Batch) => void;
  /** Held until the end, so that it is counted. */
  readonly held: () => unknown;
}
interface Batch {
  readonly model: string;
  readonly records: readonly { readonly client: string; readonly features: Readonly<Record<string, number>> }[];
}

function eventAt(number: number): NormalEvent {
  return {
    id: `model-telemetry/${number}`,
    digest: '',
    time: new Date(Date.parse('2026-11-01T00:00:00Z') + number * 10_000).toISOString(),
    timeIs: 'told',
    source: { format: 'model-telemetry', locator: 'bench' },
    system: 'models',
    actor: { name: 'a telemetry pipeline' },
    operation: 'inferences',
    activity: 'execute',
    targets: [],
    outcome: 'done',
  };
}

/** Keeps the reference sorted and every value since, and compares each full window exactly (Kolmogorov–Smirnov). */
function exactDrift(): Taking {
  const kept = Array.from({ length: width }, () => ({ reference: [] as number[], all: [] as number[] }));
  let largest = 0;
  return {
    take: (_, { records }) => {
      for (const record of records)
        for (const [place, metric] of kept.entries()) {
          const value = record.features[`f${place}`] as number;
          if (metric.reference.length < 2000) {
            metric.reference.push(value);
            if (metric.reference.length === 2000) metric.reference.sort((a, b) => a - b);
            continue;
          }
          metric.all.push(value);
          if (metric.all.length % 500 === 0)
            largest = Math.max(largest, smirnov(metric.reference, metric.all.slice(-500)));
        }
    },
    held: () => [kept, largest],
  };
}

function smirnov(reference: readonly number[], window: number[]): number {
  window.sort((a, b) => a - b);
  let [most, place] = [0, 0];
  for (const [rank, value] of window.entries()) {
    while (place < reference.length && (reference[place] as number) <= value) place += 1;
    most = Math.max(most, Math.abs((rank + 1) / window.length - place / reference.length));
  }
  return most;
}

/** Keeps every query of every client, and compares each window of 32 with 512 natural ones by every pair (maximum mean discrepancy). */
function exactQueries(): Taking {
  const natural: Float64Array[] = [];
  const byClient = new Map<string, Float64Array[]>();
  let largest = 0;
  const kernel = (a: Float64Array, b: Float64Array) => {
    let apart = 0;
    for (let place = 0; place < width; place++) apart += ((a[place] as number) - (b[place] as number)) ** 2;
    return Math.exp(-apart / (2 * width));
  };
  const mean = (some: readonly Float64Array[], others: readonly Float64Array[]) => {
    let sum = 0;
    for (const one of some) for (const other of others) sum += kernel(one, other);
    return sum / (some.length * others.length);
  };
  let within = 0;
  return {
    take: (_, { records }) => {
      for (const { client, features: told } of records) {
        const point = Float64Array.from({ length: width }, (__, place) => told[`f${place}`] as number);
        if (natural.length < 512) {
          natural.push(point);
          if (natural.length === 512) within = mean(natural, natural);
        }
        const kept = byClient.get(client) ?? [];
        kept.push(point);
        byClient.set(client, kept);
        if (kept.length % 32 !== 0) continue;
        const window = kept.slice(-32);
        largest = Math.max(largest, mean(window, window) + within - 2 * mean(window, natural));
      }
    },
    held: () => [byClient, natural, largest],
  };
}

function ours(detector: typeof features): Taking {
  const running = detector.start();
  let found = 0;
  return {
    take: (event, raw) => {
      for (const _ of running.see({ event, raw })) found += 1;
    },
    held: () => [running, found],
  };
}

function measured(name: string, taking: Taking): readonly string[] {
  const draw = drawsFor('bench');
  let spent = 0;
  const heaps: number[] = [];
  clearMemory();
  const empty = process.memoryUsage();
  for (let number = 0; number * perBatch < observations; number++) {
    const records = Array.from({ length: perBatch }, () => ({
      client: `key ${Math.floor(clients * draw())}`,
      features: Object.fromEntries(Array.from({ length: width }, (_, place) => [`f${place}`, gauss(draw)])),
    }));
    const raw = { model: 'bench', records };
    const event = eventAt(number);
    const begun = performance.now();
    taking.take(event, raw);
    spent += performance.now() - begun;
    if ((number + 1) % Math.max(1, Math.floor(observations / perBatch / 4)) !== 0) continue;
    clearMemory();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    heaps.push((heapUsed + arrayBuffers - empty.heapUsed - empty.arrayBuffers) / 2 ** 20);
  }
  taking.held();
  return [
    name,
    Math.round((observations / spent) * 1000).toLocaleString('en'),
    ...heaps.slice(0, 4).map((heap) => `${heap.toFixed(0)} MB`),
  ];
}

if (options.only !== 'alarms') {
  console.log(
    `${observations.toLocaleString('en')} observations of ${width} features, ${clients.toLocaleString('en')} clients`,
  );
  printTable(
    ['method', 'observations/s', 'memory after ¼', '½', '¾', 'all'],
    [
      measured('model/features', ours(features)),
      measured('exact: all values kept, KS by sorting', exactDrift()),
      measured('extraction/client-queries', ours(clientQueries)),
      measured('exact: all queries kept, MMD of every pair', exactQueries()),
    ],
  );
}

if (options.only !== 'speed')
  for (const [name, source] of Object.entries(sources)) {
    const rows = [100, 1000, 10_000].flatMap((records) => {
      const streams = Math.ceil(Number(options.streams) / (records > 1000 ? 4 : 1));
      const { alarms, fixedPsi } = alarmsOn(source, records, streams, `bench ${name}`);
      return levels.map((level, place) => [
        `${records} records, ${level * 100} %`,
        ...tested.map((_, of) => {
          const count = alarms[place]?.[of];
          return count === undefined ? '–' : `${((100 * count) / streams).toFixed(2)} %`;
        }),
        `${((100 * fixedPsi) / streams).toFixed(1)} %`,
      ]);
    });
    console.log(`\n${name}: alarms when nothing has changed`);
    printTable(['window and level', ...tested, 'PSI > 0.1'], rows);
  }
