/**
 * The gate before a retrain: new training data → pass, hold or fail, with the rows that say so. Fail closed: a check that the policy
 * demands and that could not be made holds the gate, and so does a row that could not be read.
 *
 * Rows come as a stream. What concerns every row (schema, repetitions) sees every row; what compares distributions gets an even
 * sample when there are more rows than `mostSampled`, and the answer is `limited`.
 */
import { completeness, type DataCheckResult, type DataGate, type Gap } from '@firebreak/contract';
import { drawsFor } from '../drift/random-draws.ts';
import type { DataCheck, GateInput } from './check.ts';
import type { DatasetRow } from './dataset.ts';

export const mostSampled = 60_000;

export interface GateQuestion {
  readonly candidate: AsyncIterable<DatasetRow> | Iterable<DatasetRow>;
  readonly input: GateInput;
  readonly checks: readonly DataCheck[];
  /** What of the data could not be read; asked when all rows were seen. */
  readonly gaps: () => readonly Gap[];
}

export type GateAnswer = Pick<DataGate, 'verdict' | 'checks' | 'completeness'> & { readonly rows: number };

export async function judgeData({ candidate, input, checks, gaps }: GateQuestion): Promise<GateAnswer> {
  const running = checks.map((check) => ({ check, runs: check.start(input) }));
  const sample = evenSample(mostSampled, 'poisoning/candidate');
  let rows = 0;
  for await (const row of candidate) {
    rows += 1;
    for (const { runs } of running) runs.see?.(row);
    sample.add(row);
  }
  const sampled = sample.rows();
  const results = running.map(({ check: { id, title }, runs }): DataCheckResult => {
    const { verdict, why, evidence } = runs.judge(sampled);
    return { check: id, title, verdict, why, evidence: [...evidence] };
  });
  const unread = gaps();
  const limits: Gap[] = [...unread];
  if (rows > sampled.length)
    limits.push({
      kinds: ['*'],
      where: 'candidate',
      code: 'FB-DATA-SAMPLED',
      reason: `Of ${rows} rows an even sample of ${sampled.length} was looked at for labels, triggers and shift.`,
      next: 'Judge parts of it one by one to have every row looked at.',
    });
  const demanded = input.policy.require.filter((id) => results.find(({ check }) => check === id)?.verdict !== 'pass');
  const worst = results.some(({ verdict }) => verdict === 'fail')
    ? 'fail'
    : results.some(({ verdict }) => verdict === 'hold') || demanded.length > 0 || unread.length > 0 || rows === 0
      ? 'hold'
      : 'pass';
  return { verdict: worst, checks: results, completeness: completeness(limits, 'any'), rows };
}

/** Each row with the same chance, however many there are (Vitter 1985, algorithm R), in their order. */
export function evenSample(most: number, seed: string) {
  const kept: DatasetRow[] = [];
  const draw = drawsFor(seed);
  let seen = 0;
  return {
    add(row: DatasetRow): void {
      seen += 1;
      if (kept.length < most) kept.push(row);
      else {
        const place = Math.floor(draw() * seen);
        if (place < most) kept[place] = row;
      }
    },
    rows: (): readonly DatasetRow[] => kept.toSorted((a, b) => a.row - b.row),
  };
}
