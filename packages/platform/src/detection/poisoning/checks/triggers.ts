/**
 * A back door is taught by rows that have something in common (a rare word, an unseen character, one value of a column) and all carry
 * the attacker's label. Looked for is what stands in far more rows than among the trusted ones, nearly always with one label; and
 * what makes it a back door and not a new topic: without it, a model of the trusted rows takes most of them for another class.
 *
 * The idea of asking what the rest of a row says is that of activation and input filtering (Gao et al. 2019, STRIP; Chen et al. 2018),
 * turned on data: no model that was trained on the candidate is needed.
 */
import type { DataEvidence } from '@firebreak/contract';
import { fnv1a } from '../../../kernel/fnv.ts';
import { type DataCheck, evidenceOf, notChecked } from '../check.ts';
import type { DatasetRow } from '../dataset.ts';
import { type Item, itemsOf } from '../items.ts';
import { type LabelJudge, labelJudge, labelOf } from '../label-judge.ts';
import { poissonTail } from '../tail.ts';

/** An item in fewer rows teaches nothing that would last. */
const fewestRows = 8;
const purity = 0.9;
/** All items together. */
const sure = 1e-3;
/** Of an item's rows that the rest takes for another class. */
const doubtful = { hold: 0.35, fail: 0.6 };
/** Items whose rows are looked at one by one. */
const mostSuspects = 400;
/** Two items that share so many rows are one trigger. */
const together = 0.8;
const buckets = 1 << 22;

interface Suspect {
  readonly item: Item;
  readonly rows: readonly DatasetRow[];
  readonly label: string;
  readonly before: number;
}

export default {
  id: 'triggers',
  title: 'Planted triggers',
  start: ({ columns, reference }) => ({
    judge(sample) {
      const judge = labelJudge(columns, reference, sample);
      if (typeof judge === 'string') return notChecked(judge);
      const found = suspects(
        sample,
        reference,
        (row) => labelOf(row, columns),
        (row) => itemsOf(row, columns),
      );
      const judged = oneOfEach(found.map((suspect) => ({ ...suspect, doubted: doubtedShare(judge, suspect) })))
        .filter(({ doubted }) => doubted >= doubtful.hold)
        .slice(0, 20);
      const evidence: DataEvidence[] = judged.map(({ item, rows, label, before, doubted }) =>
        evidenceOf(
          `${item.name} stands in ${rows.length} rows and in ${before} trusted ones; nearly all are labelled ${label}, and without it ${(100 * doubted).toFixed(0)} % look like another class.`,
          rows.map(({ row }) => row),
        ),
      );
      const isFail = judged.some(({ doubted }) => doubted >= doubtful.fail);
      return {
        verdict: evidence.length === 0 ? 'pass' : isFail ? 'fail' : 'hold',
        why:
          evidence.length === 0
            ? 'Nothing that rows have in common decides their label against the rest of them.'
            : `${evidence.length} things that rows have in common decide their label against the rest of them.`,
        evidence,
      };
    },
  }),
} satisfies DataCheck;

/** Two passes: counts by hash first, so that only what is frequent enough is kept by name. */
function suspects(
  sample: readonly DatasetRow[],
  reference: readonly DatasetRow[] | undefined,
  labelOfRow: (row: DatasetRow) => string | undefined,
  itemsOfRow: (row: DatasetRow) => ReadonlyMap<string, Item>,
): readonly Suspect[] {
  const rough = new Uint32Array(buckets);
  for (const row of sample)
    for (const name of itemsOfRow(row).keys()) rough[hashOf(name)] = (rough[hashOf(name)] as number) + 1;
  const kept = new Map<string, { item: Item; rows: DatasetRow[]; labels: Map<string, number> }>();
  // What stands in most rows is the language, not a trigger.
  const most = sample.length / 3;
  for (const row of sample) {
    const label = labelOfRow(row);
    if (label === undefined) continue;
    for (const [name, item] of itemsOfRow(row)) {
      const count = rough[hashOf(name)] as number;
      if (count < fewestRows || count > most) continue;
      const of = kept.get(name) ?? { item, rows: [], labels: new Map<string, number>() };
      of.rows.push(row);
      of.labels.set(label, (of.labels.get(label) ?? 0) + 1);
      kept.set(name, of);
    }
  }
  const pure = new Map<string, { item: Item; rows: DatasetRow[]; label: string }>();
  for (const [name, { item, rows, labels }] of kept) {
    const [label, count] = [...labels].reduce((a, b) => (b[1] > a[1] ? b : a));
    if (rows.length >= fewestRows && count >= purity * rows.length) pure.set(name, { item, rows, label });
  }
  const before = new Map<string, number>();
  for (const row of reference ?? [])
    for (const name of itemsOfRow(row).keys()) if (pure.has(name)) before.set(name, (before.get(name) ?? 0) + 1);
  const scale = reference === undefined ? 0 : sample.length / reference.length;
  return [...pure.values()]
    .map(({ item, rows, label }) => {
      const known = before.get(item.name) ?? 0;
      // Half a row more than was seen: rare words are missing from any sample.
      const chance = reference === undefined ? 0 : poissonTail(rows.length, (known + 0.5) * scale);
      return { item, rows, label, before: known, chance };
    })
    .filter(({ chance }) => chance * kept.size < sure)
    .sort((a, b) => a.chance - b.chance || b.rows.length - a.rows.length)
    .slice(0, mostSuspects);
}

/** The share of its rows that the model takes for another class once the item is left out. */
function doubtedShare(judge: LabelJudge, { item, rows, label }: Suspect): number {
  const looked = rows.slice(0, 200);
  const without = new Set(item.parts);
  const own = judge.classes.indexOf(label);
  return looked.filter((row) => judge.likeliest(row, without) !== own).length / looked.length;
}

/** Of items that stand in the same rows the longest speaks for all. */
function oneOfEach<T extends Suspect & { readonly doubted: number }>(found: readonly T[]): readonly T[] {
  const ordered = found.toSorted((a, b) => b.doubted - a.doubted || b.item.parts.length - a.item.parts.length);
  const kept: { readonly suspect: T; readonly rows: ReadonlySet<DatasetRow> }[] = [];
  for (const suspect of ordered) {
    const isTold = kept.some(({ rows }) => {
      const shared = suspect.rows.filter((row) => rows.has(row)).length;
      return shared >= together * Math.min(rows.size, suspect.rows.length);
    });
    if (!isTold) kept.push({ suspect, rows: new Set(suspect.rows) });
  }
  return kept.map(({ suspect }) => suspect);
}

function hashOf(name: string): number {
  const hash = fnv1a(name);
  return (hash ^ (hash >>> 13)) & (buckets - 1);
}
