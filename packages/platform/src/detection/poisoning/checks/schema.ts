/** Columns, types, ranges and categories: as the policy says, and where it says nothing, as the trusted rows have them. */
import type { DataEvidence } from '@firebreak/contract';
import { type DataCheck, evidenceOf, type GateInput } from '../check.ts';
import { type Cell, type DatasetRow, numberOf } from '../dataset.ts';
import { shareAbove } from '../tail.ts';

type Rule = NonNullable<GateInput['policy']['columns']>[string];

/** Characters that nobody sees: format and control characters, private use, tags; and the sign of bytes that were no text. */
const unseen = /[\p{Cf}\p{Co}\ufffd]|(?![\t\n\r\f\v])\p{Cc}/u;
const mostNamed = 50;
const sure = 1e-4;

export default {
  id: 'schema',
  title: 'Columns, types and values',
  start({ policy, reference, columns }) {
    const rules = policy.columns;
    const known = reference === undefined ? undefined : profileOf(reference, columns.categories);
    const broken = new Map<string, number[]>();
    const odd = new Map<string, number[]>();
    const mark = (into: Map<string, number[]>, what: string, row: number) => {
      const rows = into.get(what);
      if (rows !== undefined) rows.push(row);
      else if (into.size < mostNamed) into.set(what, [row]);
    };
    let seen = 0;
    const invisible: number[] = [];
    const absent = new Map<string, number>();
    return {
      see({ row, values }) {
        seen += 1;
        let hidden = false;
        for (const [column, cell] of values) {
          if (!hidden && typeof cell === 'string' && unseen.test(cell)) hidden = true;
          const rule = rules?.[column];
          if (rules !== undefined && rule === undefined) mark(broken, `Column ${column} is not allowed.`, row);
          if (rule !== undefined) for (const why of faultsOf(rule, cell)) mark(broken, `${column} ${why}.`, row);
          const usual = known?.columns.get(column);
          if (known !== undefined && rules === undefined && usual === undefined)
            mark(odd, `Column ${column} is not in the trusted rows.`, row);
          if (usual !== undefined && rule === undefined) {
            if (usual.allNumbers && cell !== null && numberOf(cell) === undefined)
              mark(broken, `${column} is no number, and always was one.`, row);
            const values = usual.categories;
            if (values !== undefined && cell !== null && !values.has(String(cell)))
              mark(odd, `${column} has the value ${String(cell).slice(0, 80)}, which no trusted row has.`, row);
          }
        }
        if (hidden) invisible.push(row);
        for (const [column, rule] of Object.entries(rules ?? {}))
          if (rule.required && (values.get(column) ?? null) === null) mark(broken, `${column} is missing.`, row);
        for (const [column] of known?.columns ?? [])
          if ((values.get(column) ?? null) === null) absent.set(column, (absent.get(column) ?? 0) + 1);
      },
      judge() {
        if (rules === undefined && known === undefined)
          return {
            verdict: 'not-checked',
            why: 'There are neither trusted rows nor columns in the policy.',
            evidence: [],
          };
        if (known !== undefined && shareAbove(invisible.length, seen, known.invisible, known.rows) < sure)
          odd.set('Rows hold characters that nobody sees, more than trusted rows do.', invisible);
        const evidence: DataEvidence[] = [];
        for (const [column, count] of absent) {
          const usual = known?.columns.get(column);
          if (known === undefined || usual === undefined || rules?.[column] !== undefined) continue;
          const before = known.rows - usual.present;
          if (count / seen > before / known.rows + 0.01 && shareAbove(count, seen, before, known.rows) < sure)
            evidence.push({
              what: `${column} is empty in ${count} of ${seen} rows; in trusted ones in ${before} of ${known.rows}.`,
              rows: count,
              examples: [],
            });
        }
        for (const [what, rows] of [...broken, ...odd]) evidence.push(evidenceOf(what, rows));
        const worst = [...broken.values()].reduce((most, rows) => Math.max(most, rows.length), 0);
        if (worst > 0)
          return {
            verdict: worst > seen * 0.001 || rules !== undefined ? 'fail' : 'hold',
            why: `${broken.size} rules of the schema are broken.`,
            evidence,
          };
        return evidence.length > 0
          ? { verdict: 'hold', why: 'There are columns or values that the trusted rows do not have.', evidence }
          : { verdict: 'pass', why: `${seen} rows are as they should be.`, evidence };
      },
    };
  },
} satisfies DataCheck;

function faultsOf(rule: Rule, cell: Cell): string[] {
  if (cell === null) return [];
  const number = numberOf(cell);
  const written = String(cell);
  return [
    rule.type === 'number' && number === undefined ? 'is no number' : '',
    rule.type === 'flag' && typeof cell !== 'boolean' && !/^(true|false|0|1)$/i.test(written)
      ? 'is neither yes nor no'
      : '',
    rule.min !== undefined && number !== undefined && number < rule.min ? `is below ${rule.min}` : '',
    rule.max !== undefined && number !== undefined && number > rule.max ? `is above ${rule.max}` : '',
    rule.maxLength !== undefined && written.length > rule.maxLength
      ? `is longer than ${rule.maxLength} characters`
      : '',
    rule.values !== undefined && !rule.values.some((value) => String(value) === written)
      ? 'has a value that may not be'
      : '',
  ].filter((why) => why !== '');
}

/** A column of the trusted rows with at most so many values is a closed list. */
const mostCategories = 50;

function profileOf(rows: readonly DatasetRow[], categories: readonly string[]) {
  const columns = new Map<string, { present: number; allNumbers: boolean; categories: Set<string> | undefined }>();
  let invisible = 0;
  for (const { values } of rows) {
    if ([...values.values()].some((cell) => typeof cell === 'string' && unseen.test(cell))) invisible += 1;
    for (const [column, cell] of values) {
      const of = columns.get(column) ?? {
        present: 0,
        allNumbers: true,
        categories: categories.includes(column) ? new Set<string>() : undefined,
      };
      columns.set(column, of);
      if (cell === null) continue;
      of.present += 1;
      if (numberOf(cell) === undefined) of.allNumbers = false;
      of.categories?.add(String(cell));
      if ((of.categories?.size ?? 0) > mostCategories) of.categories = undefined;
    }
  }
  return { rows: rows.length, invisible, columns };
}
