/**
 * The plan by which a model is trained again from cleansed data (E1). Everything that decides what comes out is in it by digest: rows,
 * code, environment, seed, command. What the data gate held back is left out; where its report names fewer rows than it counted, the
 * plan says so, because then poison may be left in.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { completeness, type DataGate, FirebreakError, type Gap, type RetrainPlan } from '@firebreak/contract';

export interface HeldRows {
  /** Numbers of rows in their file, from 1. */
  readonly rows: ReadonlySet<number>;
  readonly heldBy: RetrainPlan['heldBy'];
  readonly gaps: readonly Gap[];
}

/** Rows that a report of the data gate holds back. @param sha256 of the report's text */
export function heldRows(report: DataGate, sha256: string, more: Iterable<number> = []): HeldRows {
  const rows = new Set(more);
  const heldBy: RetrainPlan['heldBy'] = [];
  const gaps: Gap[] = [];
  for (const { check, verdict, evidence } of report.checks) {
    if (verdict === 'pass' || verdict === 'not-checked') continue;
    const named = evidence.flatMap(({ examples }) => examples);
    const counted = evidence.reduce((sum, each) => sum + each.rows, 0);
    for (const row of named) rows.add(row);
    heldBy.push({ report: sha256, check, rows: new Set(named).size });
    if (counted > named.length)
      gaps.push({
        kinds: ['*'],
        where: `${report.candidate.name}: ${check}`,
        code: 'FB-DATA-ROW',
        reason: `The report counts ${counted} rows and names ${named.length}: the others are still in.`,
        next: 'Name the rest with --leave-out, or leave the whole batch out.',
      });
  }
  return { rows, heldBy, gaps };
}

/** What of a file of rows (JSON lines, or CSV with a header) was kept. */
export interface Cleansed {
  readonly sha256: string;
  readonly rows: number;
  readonly leftOut: number;
}

/** Copies a file of rows without those that are held back, line by line. @throws FirebreakError FB-SOURCE-UNREADABLE, FB-OUTPUT-UNWRITABLE */
export async function cleanse(from: string, to: string, held: ReadonlySet<number>): Promise<Cleansed> {
  const hash = createHash('sha256');
  const header = from.endsWith('.csv') ? 1 : 0;
  const file = await open(to, 'wx', 0o600).catch((cause: unknown) => {
    throw new FirebreakError('FB-OUTPUT-UNWRITABLE', `${to} cannot be written; is it there already?`, { cause });
  });
  let [line, rows, leftOut] = [0, 0, 0];
  try {
    for await (const text of createInterface({ input: createReadStream(from), crlfDelay: Number.POSITIVE_INFINITY })) {
      line += 1;
      const row = line - header;
      if (row > 0 && held.has(row)) {
        leftOut += 1;
        continue;
      }
      if (row > 0) rows += 1;
      const kept = `${text}\n`;
      hash.update(kept);
      await file.write(kept);
    }
  } catch (cause) {
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `${from} cannot be read to its end.`, { cause });
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), rows, leftOut };
}

/** @param gaps of the reports that rows were held back by */
export function retrainPlan(wish: Omit<RetrainPlan, 'kind' | 'completeness'>, gaps: readonly Gap[]): RetrainPlan {
  return { kind: 'firebreak/retrain-plan', ...wish, completeness: completeness(gaps, 'any') };
}
