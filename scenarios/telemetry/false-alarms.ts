/** Reference and window of the same distribution, again and again: how often each statistic is an alarm. */
import {
  type Binning,
  binOf,
  learnNumbers,
  learnTexts,
  yesOrNo,
} from '../../packages/platform/src/detection/drift/binning.ts';
import { HeavyHitters } from '../../packages/platform/src/detection/drift/heavy-hitters.ts';
import { permutationTest } from '../../packages/platform/src/detection/drift/permutation-test.ts';
import { type Draw, drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { statisticNames, statisticsOf } from '../../packages/platform/src/detection/drift/statistics.ts';
import type { Source } from './streams.ts';

export const levels = [0.01, 0.05] as const;
export const tested = ['the strongest', ...statisticNames] as const;
const learned = 500;

export interface AlarmCounts {
  readonly streams: number;
  /** By level, and then by what is tested. */
  readonly alarms: readonly (readonly number[])[];
  /** A fixed limit of 0.1 on the population stability index, over the same windows. */
  readonly fixedPsi: number;
}

function learn(source: Source, draw: Draw): Binning {
  const values = Array.from({ length: learned }, () => source(draw));
  if (values.every((value) => value === 0 || value === 1)) return yesOrNo;
  if (typeof values[0] === 'number') return learnNumbers(values.filter((value) => typeof value === 'number'));
  const seen = new HeavyHitters(60);
  for (const value of values) if (typeof value === 'string') seen.add(value);
  return learnTexts(seen);
}

function counted(binning: Binning, source: Source, records: number, draw: Draw): Float64Array {
  const counts = new Float64Array(binning.layout.bins);
  for (let record = 0; record < records; record++) {
    const bin = binOf(binning, source(draw));
    counts[bin] = (counts[bin] as number) + 1;
  }
  return counts;
}

/** @param records of the reference, and of the window */
export function alarmsOn(source: Source, records: number, streams: number, seed: string): AlarmCounts {
  const draw = drawsFor(`${seed} ${records}`);
  const alarms = levels.map(() => tested.map(() => 0));
  let fixedPsi = 0;
  let ordered = true;
  for (let stream = 0; stream < streams; stream++) {
    const binning = learn(source, draw);
    ordered &&= binning.layout.ordered > 0;
    const [reference, window] = [counted(binning, source, records, draw), counted(binning, source, records, draw)];
    const { p, pEach } = permutationTest(binning.layout, reference, window, {
      shuffles: 1000,
      enough: 10,
      draw,
      each: true,
    });
    for (const [place, level] of levels.entries())
      for (const [test, each] of [p, ...pEach].entries())
        if (each <= level) (alarms[place] as number[])[test] = (alarms[place]?.[test] ?? 0) + 1;
    if (statisticsOf(binning.layout, reference, window).psi > 0.1) fixedPsi += 1;
  }
  // Without order there is nothing that the last three could compare.
  return { streams, alarms: ordered ? alarms : alarms.map((counts) => counts.slice(0, 4)), fixedPsi };
}

/** PSI as it is usually computed: deciles of the reference as bins, and 0.1 as the limit. @returns share of alarms on the same distribution */
export function usualPsi(source: Source, records: number, streams: number, seed: string): number {
  const draw = drawsFor(`${seed} usual ${records}`);
  let alarms = 0;
  for (let stream = 0; stream < streams; stream++) {
    const reference = Array.from({ length: records }, () => source(draw) as number).sort((a, b) => a - b);
    const edges = Array.from(
      { length: 9 },
      (_, place) => reference[Math.floor(((place + 1) * records) / 10)] as number,
    );
    const counts = new Float64Array(10);
    const shares = new Float64Array(10);
    const binned = (value: number) => edges.filter((edge) => value >= edge).length;
    for (const value of reference) shares[binned(value)] = (shares[binned(value)] as number) + 1 / records;
    for (let record = 0; record < records; record++) {
      const bin = binned(source(draw) as number);
      counts[bin] = (counts[bin] as number) + 1 / records;
    }
    let psi = 0;
    for (let bin = 0; bin < 10; bin++) {
      const [p, q] = [Math.max(shares[bin] as number, 1e-4), Math.max(counts[bin] as number, 1e-4)];
      psi += (q - p) * Math.log(q / p);
    }
    if (psi > 0.1) alarms += 1;
  }
  return alarms / streams;
}
