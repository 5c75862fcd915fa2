/**
 * The same row, or nearly the same, again and again: whoever floods a class teaches it. Also the same content with different labels,
 * and rows of the golden set among those that are learned from, which would make its test worthless.
 */
import { sha256Hex } from '../../../kernel/digest.ts';
import { type DataCheck, evidenceOf } from '../check.ts';
import { type DatasetRow, textOf } from '../dataset.ts';
import { labelOf } from '../label-judge.ts';
import { nearDuplicates } from '../near-duplicates.ts';
import { shareAbove } from '../tail.ts';

/** Contents that are remembered; of more, further ones are not compared, and that is said. */
const mostContents = 2_000_000;
/** One content so often is a flood, whatever the rest looks like. */
const floodShare = 0.005;
const floodRows = 20;
const sure = 1e-4;

export default {
  id: 'duplicates',
  title: 'Repetitions and contradictions',
  start({ policy, columns, reference, golden }) {
    const keyOf = contentKey([...columns.text, ...columns.numbers, ...columns.categories].sort());
    const texts = columns.text;
    const contents = new Map<string, { label: string | undefined; rows: number[]; contradicts: boolean }>();
    const goldenKeys = new Set(golden?.map(keyOf));
    const leaked: number[] = [];
    let seen = 0;
    let unseen = 0;
    return {
      see(row) {
        seen += 1;
        const key = keyOf(row);
        if (goldenKeys.has(key)) leaked.push(row.row);
        const label = labelOf(row, columns);
        const known = contents.get(key);
        if (known !== undefined) {
          known.rows.push(row.row);
          if (known.label !== label) known.contradicts = true;
        } else if (contents.size < mostContents) contents.set(key, { label, rows: [row.row], contradicts: false });
        else unseen += 1;
      },
      judge(sample) {
        const repeated = [...contents.values()].filter(({ rows }) => rows.length > 1);
        const again = repeated.reduce((sum, { rows }) => sum + rows.length - 1, 0);
        const contradicting = repeated.filter(({ contradicts }) => contradicts).flatMap(({ rows }) => rows);
        const usual = reference === undefined ? undefined : repeatedIn(reference.map(keyOf));
        const excess = again / seen - (usual === undefined ? 0 : usual.again / usual.rows);
        const isMore = usual === undefined || shareAbove(again, seen, usual.again, usual.rows) < sure;
        const evidence = [];
        let verdict: 'pass' | 'hold' | 'fail' = 'pass';
        const worse = (to: 'hold' | 'fail') => {
          if (verdict !== 'fail') verdict = to;
        };
        if (isMore && excess > policy.duplicates.hold) {
          worse(excess > policy.duplicates.fail ? 'fail' : 'hold');
          evidence.push(
            evidenceOf(
              'The rows repeat others.',
              repeated.flatMap(({ rows }) => rows.slice(1)),
            ),
          );
        }
        for (const { rows } of repeated
          .filter(({ rows: of }) => of.length > Math.max(floodRows, seen * floodShare))
          .slice(0, 10)) {
          worse('hold');
          evidence.push(evidenceOf('The rows are all the same.', rows));
        }
        const flooding = floods(sample, texts, reference);
        if (flooding.length > 0) worse('hold');
        evidence.push(...flooding.map((rows) => evidenceOf('The rows are all nearly the same.', rows)));
        if (contradicting.length > Math.max(5, seen * 0.001)) {
          worse('hold');
          evidence.push(evidenceOf('The same content stands there with different labels.', contradicting));
        }
        if (leaked.length > 0) {
          worse('hold');
          evidence.push(evidenceOf('The rows are also in the golden set.', leaked));
        }
        const left = unseen === 0 ? '' : ` ${unseen} rows were not compared: there are too many.`;
        return {
          verdict,
          why: `${again} of ${seen} rows repeat others.${left}`,
          evidence,
        };
      },
    };
  },
} satisfies DataCheck;

function contentKey(columns: readonly string[]) {
  return ({ values }: DatasetRow) =>
    sha256Hex(JSON.stringify(columns.map((column) => textOf(values.get(column)).trim().toLowerCase()))).slice(0, 24);
}

function repeatedIn(keys: readonly string[]) {
  return { again: keys.length - new Set(keys).size, rows: keys.length };
}

/** Groups of nearly the same rows that are larger than any among the trusted rows, by number of row. */
function floods(
  sample: readonly DatasetRow[],
  columns: readonly string[],
  reference: readonly DatasetRow[] | undefined,
) {
  if (columns.length === 0) return [];
  const textsOf = (rows: readonly DatasetRow[]) =>
    rows.map(({ values }) => columns.map((column) => textOf(values.get(column))).join('\n'));
  const usual = reference === undefined ? 0 : (nearDuplicates(textsOf(reference))[0]?.length ?? 1) / reference.length;
  const texts = textsOf(sample);
  return nearDuplicates(texts)
    .filter((group) => group.length > Math.max(floodRows, sample.length * floodShare, 2 * usual * sample.length))
    .filter((group) => new Set(group.map((at) => texts[at])).size > 1)
    .slice(0, 10)
    .map((group) => group.map((at) => (sample[at] as DatasetRow).row));
}
