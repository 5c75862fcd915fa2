/**
 * A row as numbers that a linear model can learn from: words and pairs of words, categories, and where a number lies among those
 * of the trusted rows, hashed into a fixed width (Weinberger et al. 2009, "Feature hashing for large scale multitask learning").
 */
import { quantileSorted } from 'simple-statistics';
import { fnv1a } from '../../kernel/fnv.ts';
import type { Columns } from './columns.ts';
import { type DatasetRow, numberOf, textOf } from './dataset.ts';

/** Indices of what the row has; each counts the same, and the model scales by their number. */
export type Features = Uint32Array;
export const width = 1 << 16;
const mostFeatures = 600;

export type Encoder = (row: DatasetRow, without?: ReadonlySet<string>) => Features;

/** @param rows that the places of numbers are learned from */
export function encoderOf(columns: Columns, rows: readonly DatasetRow[]): Encoder {
  const edges = new Map<string, readonly number[]>();
  for (const column of columns.numbers) {
    const numbers = rows.flatMap(({ values }) => numberOf(values.get(column)) ?? []).sort((a, b) => a - b);
    if (numbers.length > 0)
      edges.set(column, [
        ...new Set([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((p) => quantileSorted(numbers, p))),
      ]);
  }
  return (row, without) => {
    const found = new Set<number>();
    const add = (name: string) => {
      if (found.size < mostFeatures) found.add(hashOf(name));
    };
    for (const column of columns.text) {
      const words = wordsOf(textOf(row.values.get(column))).filter((word) => without?.has(word) !== true);
      for (const [at, word] of words.entries()) {
        add(`${column}\u0000${word}`);
        if (at > 0) add(`${column}\u0000${words[at - 1]}\u0000${word}`);
      }
    }
    for (const column of columns.categories) {
      const cell = textOf(row.values.get(column));
      if (without?.has(`${column}=${cell}`) !== true) add(`${column}\u0001${cell}`);
    }
    for (const [column, at] of edges) {
      const number = numberOf(row.values.get(column));
      if (without?.has(`${column}=${textOf(row.values.get(column))}`) === true) continue;
      const place = number === undefined ? 'none' : at.filter((edge) => number > edge).length;
      add(`${column}\u0002${place}`);
    }
    return Uint32Array.from(found);
  };
}

/** Lower-case words of letters, digits and marks; whatever else stands between is dropped. At most 2,000. */
export function wordsOf(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{N}\p{M}_']+/gu) ?? []).slice(0, 2000);
}

function hashOf(name: string): number {
  const hash = fnv1a(name);
  return (hash ^ (hash >>> 16)) & (width - 1);
}
