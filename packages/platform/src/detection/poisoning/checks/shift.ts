/**
 * Whether the new rows are of the same kind as the trusted ones: column by column by permutation tests (see
 * `drift/permutation-test.ts`), and as a whole by how well a classifier tells old from new (Lopez-Paz and Oquab 2017, "Revisiting
 * Classifier Two-Sample Tests"). A shift is no proof of poison: it holds the gate, it does not fail it.
 */
import type { DataEvidence } from '@firebreak/contract';
import { binOf, learnNumbers, learnTexts, type Telling } from '../../drift/binning.ts';
import { discoveryLine } from '../../drift/false-discoveries.ts';
import { HeavyHitters } from '../../drift/heavy-hitters.ts';
import { permutationTest } from '../../drift/permutation-test.ts';
import { drawsFor } from '../../drift/random-draws.ts';
import { statisticsOf } from '../../drift/statistics.ts';
import { type DataCheck, notChecked } from '../check.ts';
import { crossPredicted } from '../classifier.ts';
import type { Columns } from '../columns.ts';
import { type DatasetRow, numberOf, textOf } from '../dataset.ts';
import { encoderOf } from '../features.ts';
import { normalTail } from '../tail.ts';

const fewestRows = 100;
/** Share of wrong alarms when nothing has changed, all columns together. */
const falseAlarms = 0.001;
/** Jensen–Shannon divergence (bits) below which a difference that is sure is still too small to matter. */
const smallest = 0.01;
const mostRows = 6000;

export default {
  id: 'shift',
  title: 'Whether it is of the same kind',
  start: ({ columns, reference, policy }) => ({
    judge(sample) {
      if (reference === undefined) return notChecked('There are no trusted rows to compare with.');
      if (reference.length < 2 * fewestRows || sample.length < fewestRows)
        return notChecked(`There are fewer than ${fewestRows} rows to compare.`);
      const tests = [...columns.numbers, ...columns.categories, ...(columns.label === undefined ? [] : [columns.label])]
        .slice(0, 500)
        .map((column) => ({ column, ...columnTest(column, columns, reference, sample) }));
      const line = discoveryLine(
        tests.map(({ p }) => p),
        falseAlarms,
      );
      const evidence: DataEvidence[] = tests
        .filter(({ p, apart }) => p <= line && apart >= smallest)
        .sort((a, b) => b.apart - a.apart)
        .slice(0, 50)
        .map(({ column, apart }) => ({
          what: `${column} is distributed otherwise than before (Jensen–Shannon ${apart.toFixed(3)} bits).`,
          rows: 0,
          examples: [],
        }));
      const told = toldApart(columns, reference, sample);
      if (told !== undefined && told.area >= policy.shift.hold && told.p < falseAlarms)
        evidence.push({
          what: `A model tells new rows from trusted ones in ${(100 * told.area).toFixed(0)} of 100 pairs; 50 would be chance.`,
          rows: 0,
          examples: [],
        });
      return evidence.length === 0
        ? { verdict: 'pass', why: `${tests.length} columns and the whole are as before.`, evidence }
        : { verdict: 'hold', why: 'The new rows are not of the same kind as the trusted ones.', evidence };
    },
  }),
} satisfies DataCheck;

/** Bins are learned on one half of the trusted rows, and the other is compared: halves by lot, since files have an order. */
function columnTest(column: string, columns: Columns, reference: readonly DatasetRow[], sample: readonly DatasetRow[]) {
  const isNumber = columns.numbers.includes(column);
  const tellingOf = ({ values }: DatasetRow): Telling => {
    const cell = values.get(column);
    return isNumber ? numberOf(cell) : cell === undefined || cell === null ? undefined : textOf(cell);
  };
  const lot = drawsFor('poisoning/shift halves');
  const isLearned = reference.map(() => lot() < 0.5);
  const learned = reference.filter((_, at) => isLearned[at]).map(tellingOf);
  const compared = reference.filter((_, at) => !isLearned[at]).map(tellingOf);
  const numbers = learned.filter((value) => typeof value === 'number');
  const binning = isNumber && numbers.length > 0 ? learnNumbers(numbers) : learnTexts(hittersOf(learned));
  const counts = (values: readonly Telling[]) => {
    const bins = new Float64Array(binning.layout.bins);
    for (const value of values) bins[binOf(binning, value)] = (bins[binOf(binning, value)] as number) + 1;
    return bins;
  };
  const [before, now] = [counts(compared), counts(sample.map(tellingOf))];
  const { p } = permutationTest(binning.layout, before, now, {
    shuffles: 4000,
    enough: 4,
    draw: drawsFor(`poisoning/shift ${column}`),
  });
  return { p, apart: statisticsOf(binning.layout, before, now).js };
}

function hittersOf(values: readonly Telling[]): HeavyHitters {
  const hitters = new HeavyHitters(1000);
  for (const value of values) if (typeof value === 'string') hitters.add(value);
  return hitters;
}

/** The area under the curve of a model that was asked about rows it had not seen, and its chance if there were no difference. */
function toldApart(columns: Columns, reference: readonly DatasetRow[], sample: readonly DatasetRow[]) {
  if (columns.text.length + columns.numbers.length + columns.categories.length === 0) return undefined;
  const size = Math.min(mostRows / 2, reference.length, sample.length);
  const evenly = (rows: readonly DatasetRow[]) =>
    Array.from({ length: size }, (_, at) => rows[Math.floor((at * rows.length) / size)] as DatasetRow);
  const encode = encoderOf(columns, evenly(reference));
  const [old, now] = [evenly(reference), evenly(sample)];
  const rows = old.flatMap((row, at) => [
    { features: encode(row), label: 0 },
    { features: encode(now[at] as DatasetRow), label: 1 },
  ]);
  const { own } = crossPredicted(rows, 2);
  const scored = rows.map(({ label }, at) => ({ label, score: (own[at] as Float64Array)[1] as number }));
  scored.sort((a, b) => a.score - b.score);
  let rank = 0;
  let ranks = 0;
  for (let at = 0; at < scored.length; ) {
    let end = at;
    while (end < scored.length && scored[end]?.score === scored[at]?.score) end += 1;
    rank = (at + 1 + end) / 2;
    for (; at < end; at += 1) if (scored[at]?.label === 1) ranks += rank;
  }
  const area = (ranks - (size * (size + 1)) / 2) / (size * size);
  const error = Math.sqrt((2 * size + 1) / (12 * size * size));
  return { area, p: normalTail((area - 0.5) / error) };
}
