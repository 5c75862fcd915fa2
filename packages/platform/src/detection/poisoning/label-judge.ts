/**
 * Which labels are doubted, by confident learning (Northcutt, Jiang, Chuang 2021, "Confident Learning: Estimating Uncertainty in
 * Dataset Labels"): a class's threshold is the mean probability of that class among rows that carry its label; a row counts for
 * another class when it is beyond that one's threshold and nearer to it than to its own.
 *
 * Where trusted rows are given, models learn from them alone, so that poison cannot teach its own judge; and what is doubted among
 * the trusted rows themselves is the rate at which honest labels are doubted.
 */
import { crossPredicted, type Labelled, type Predict } from './classifier.ts';
import type { Columns } from './columns.ts';
import type { DatasetRow } from './dataset.ts';
import { type Encoder, encoderOf } from './features.ts';

export interface LabelJudge {
  readonly classes: readonly string[];
  /** The class that a row is taken for, when its label is doubted. `without`: words and `column=value` not to look at. */
  readonly doubt: (row: DatasetRow, without?: ReadonlySet<string>) => number | undefined;
  /** The likeliest class, whatever the label. */
  readonly likeliest: (row: DatasetRow, without?: ReadonlySet<string>) => number;
  /** How often labels of trusted rows are doubted, by pair of classes; of the candidate itself when there are none. */
  readonly usual: {
    readonly rows: number;
    readonly pairs: ReadonlyMap<string, number>;
    readonly byClass: readonly number[];
  };
  /** Whether it learned from trusted rows. */
  readonly trusted: boolean;
}

const mostClasses = 50;
const fewestRows = 100;
/** A model from so many rows judges as well as it will. */
const mostTraining = 12_000;

export function labelOf(row: DatasetRow, columns: Columns): string | undefined {
  const cell = columns.label === undefined ? undefined : row.values.get(columns.label);
  return cell === undefined || cell === null ? undefined : String(cell);
}

/** Two checks ask about the same sample, and training is most of the work. */
const judges = new WeakMap<readonly DatasetRow[], LabelJudge | string>();

/** @returns why not, where labels cannot be judged */
export function labelJudge(
  columns: Columns,
  reference: readonly DatasetRow[] | undefined,
  sample: readonly DatasetRow[],
): LabelJudge | string {
  const known = judges.get(sample);
  if (known !== undefined) return known;
  const judge = newJudge(columns, reference, sample);
  judges.set(sample, judge);
  return judge;
}

function newJudge(
  columns: Columns,
  reference: readonly DatasetRow[] | undefined,
  sample: readonly DatasetRow[],
): LabelJudge | string {
  if (columns.label === undefined) return 'The policy names no label.';
  if (columns.text.length + columns.numbers.length + columns.categories.length === 0)
    return 'There is nothing but labels.';
  const source = every(reference ?? sample, mostTraining);
  const counts = new Map<string, number>();
  for (const row of source) {
    const label = labelOf(row, columns);
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const classes = [...counts].filter(([, count]) => count >= 2 * 4).map(([label]) => label);
  if (classes.length < 2) return 'There are no two classes with rows enough.';
  if (classes.length > mostClasses) return `There are more than ${mostClasses} classes.`;
  const encode = encoderOf(columns, source);
  const number = new Map(classes.map((label, at) => [label, at]));
  const rows = source.flatMap((row): (Labelled & { row: DatasetRow })[] => {
    const label = number.get(labelOf(row, columns) ?? '');
    return label === undefined ? [] : [{ row, label, features: encode(row) }];
  });
  if (rows.length < fewestRows) return `Fewer than ${fewestRows} rows with a label to learn from.`;
  const { own, models, strangers } = crossPredicted(rows, classes.length);
  const thresholds = thresholdsOf(rows, own, classes.length);
  const pairs = new Map<string, number>();
  const byClass = classes.map(() => 0);
  for (const [at, { label }] of rows.entries()) {
    byClass[label] = (byClass[label] as number) + 1;
    const other = doubted(own[at] as Float64Array, label, thresholds);
    if (other !== undefined) pairs.set(`${label} ${other}`, (pairs.get(`${label} ${other}`) ?? 0) + 1);
  }
  // Without trusted rows, a row is judged by the model that did not see it.
  const place = new Map(rows.map(({ row }, at) => [row, at]));
  const predict = (row: DatasetRow, without: ReadonlySet<string> | undefined): Float64Array => {
    const seen = place.get(row);
    if (seen !== undefined && without === undefined) return own[seen] as Float64Array;
    const asked = seen === undefined ? models : [strangers[seen] as Predict];
    return meanOf(asked, encode, row, without);
  };
  return {
    classes,
    trusted: reference !== undefined,
    usual: { rows: rows.length, pairs, byClass },
    likeliest: (row, without) => highest(predict(row, without)),
    doubt(row, without) {
      const label = number.get(labelOf(row, columns) ?? '');
      return label === undefined ? undefined : doubted(predict(row, without), label, thresholds);
    },
  };
}

function meanOf(
  models: readonly Predict[],
  encode: Encoder,
  row: DatasetRow,
  without: ReadonlySet<string> | undefined,
) {
  const features = encode(row, without);
  const sum = new Float64Array((models[0] as Predict)(features).length);
  for (const model of models)
    for (const [of, p] of model(features).entries()) sum[of] = (sum[of] as number) + p / models.length;
  return sum;
}

function thresholdsOf(
  rows: readonly Labelled[],
  predicted: readonly Float64Array[],
  classes: number,
): readonly number[] {
  const sums = Array.from({ length: classes }, () => ({ sum: 0, rows: 0 }));
  for (const [at, { label }] of rows.entries()) {
    const of = sums[label] as { sum: number; rows: number };
    of.sum += (predicted[at] as Float64Array)[label] as number;
    of.rows += 1;
  }
  return sums.map(({ sum, rows: count }) => sum / Math.max(1, count));
}

function doubted(p: Float64Array, label: number, thresholds: readonly number[]): number | undefined {
  const best = highest(p);
  return best !== label && (p[best] as number) >= (thresholds[best] as number) ? best : undefined;
}

function highest(p: Float64Array): number {
  let best = 0;
  for (let of = 1; of < p.length; of += 1) if ((p[of] as number) > (p[best] as number)) best = of;
  return best;
}

/** At most so many, evenly over all. */
function every<T>(rows: readonly T[], most: number): readonly T[] {
  if (rows.length <= most) return rows;
  return Array.from({ length: most }, (_, at) => rows[Math.floor((at * rows.length) / most)] as T);
}
