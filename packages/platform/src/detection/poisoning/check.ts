/** One question about new training data. One file in `checks/`, one question; the file's name is its id. */
import type { DataEvidence, DataVerdict } from '@firebreak/contract';
import type { Columns } from './columns.ts';
import type { DatasetRow } from './dataset.ts';
import type { GatePolicy } from './policy.ts';

/** What was given; what was not is absent. */
export interface GateInput {
  readonly policy: GatePolicy;
  readonly columns: Columns;
  /** Rows that were approved before: of all of them, an even sample. */
  readonly reference: readonly DatasetRow[] | undefined;
  readonly golden: readonly DatasetRow[] | undefined;
  /** Expected and found SHA-256 by file, of a manifest. */
  readonly files:
    | { readonly expected: ReadonlyMap<string, string>; readonly found: ReadonlyMap<string, string> }
    | undefined;
  /** Run events of OpenLineage about how the data was made. Foreign. */
  readonly lineage: readonly unknown[] | undefined;
  /** What the model that serves and the new one say of the golden set. */
  readonly answers: readonly GoldenAnswer[] | undefined;
}

export interface GoldenAnswer {
  readonly id: string;
  readonly expected: string;
  readonly baseline: string;
  readonly candidate: string;
  /** Counted by themselves as well: a language, a customer, a safety class. */
  readonly slice?: string | undefined;
  /** It must be right: one that is not fails the gate. */
  readonly must: boolean;
  /** The same question with something put in, such as a suspected trigger. */
  readonly variant?: string | undefined;
}

export interface Judged {
  readonly verdict: DataVerdict;
  readonly why: string;
  readonly evidence: readonly DataEvidence[];
}

export interface DataCheck {
  readonly id: string;
  readonly title: string;
  readonly start: (input: GateInput) => {
    /** Every row of the candidate, in order. */
    see?(row: DatasetRow): void;
    /** @param sample an even sample of the candidate: all of it unless it is very large */
    judge(sample: readonly DatasetRow[]): Judged;
  };
}

const mostExamples = 20;

export function evidenceOf(what: string, rows: readonly number[]): DataEvidence {
  return { what, rows: rows.length, examples: rows.slice(0, mostExamples) };
}

export const notChecked = (why: string): Judged => ({ verdict: 'not-checked', why, evidence: [] });
