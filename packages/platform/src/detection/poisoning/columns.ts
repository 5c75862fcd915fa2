/** Which columns are the label, free text, numbers and categories: as the policy says, and else as the trusted data shows. */
import { type DatasetRow, numberOf } from './dataset.ts';
import type { GatePolicy } from './policy.ts';

export interface Columns {
  readonly label: string | undefined;
  readonly text: readonly string[];
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
}

const looked = 5000;
/** Texts that are longer on average, or have this many words, are read as text and not as a category. */
const longText = 25;

export function columnsOf(rows: readonly DatasetRow[], { label, text, ignore }: GatePolicy): Columns {
  const seen = new Map<string, { rows: number; numbers: number; letters: number; distinct: Set<string> }>();
  for (const { values } of rows.slice(0, looked))
    for (const [name, cell] of values) {
      if (name === label || ignore.includes(name) || cell === null) continue;
      const known = seen.get(name) ?? { rows: 0, numbers: 0, letters: 0, distinct: new Set<string>() };
      known.rows += 1;
      if (numberOf(cell) !== undefined) known.numbers += 1;
      const written = String(cell);
      known.letters += written.length;
      if (known.distinct.size < 1000) known.distinct.add(written.slice(0, 200));
      seen.set(name, known);
    }
  const kinds = [...seen].map(([name, { rows: count, numbers, letters, distinct }]) => {
    if (text?.includes(name) === true) return [name, 'text'] as const;
    if (numbers >= 0.95 * count && distinct.size > 2) return [name, 'number'] as const;
    if (text === undefined && letters / count > longText) return [name, 'text'] as const;
    // A name or a number of its own in every row says nothing about the row.
    return [name, distinct.size > 0.5 * count && count > 50 ? 'own' : 'category'] as const;
  });
  const of = (kind: string) => kinds.filter(([, each]) => each === kind).map(([name]) => name);
  return { label, text: of('text'), numbers: of('number'), categories: of('category') };
}
