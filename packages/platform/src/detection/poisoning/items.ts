/** What a row has that could be a trigger: words and runs of words, unseen characters, single values of columns. */
import type { Columns } from './columns.ts';
import { type DatasetRow, textOf } from './dataset.ts';
import { wordsOf } from './features.ts';

export interface Item {
  readonly name: string;
  /** What to leave out of the row to judge it without: words and `column=value`. */
  readonly parts: readonly string[];
}

const longestRun = 3;
const mostItems = 3000;
const unseen = /[\p{Cf}\p{Co}]/gu;

/** Each once. */
export function itemsOf({ values }: DatasetRow, columns: Columns): ReadonlyMap<string, Item> {
  const items = new Map<string, Item>();
  const add = (name: string, parts: readonly string[]) => {
    if (items.size < mostItems && !items.has(name)) items.set(name, { name, parts });
  };
  for (const column of columns.text) {
    const text = textOf(values.get(column));
    for (const [character] of text.matchAll(unseen))
      add(
        `the character U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} in ${column}`,
        [],
      );
    const words = wordsOf(text);
    for (let at = 0; at < words.length; at += 1)
      for (let length = 1; length <= longestRun && at + length <= words.length; length += 1) {
        const run = words.slice(at, at + length);
        add(`“${run.join(' ')}” in ${column}`, run);
      }
  }
  for (const column of [...columns.categories, ...columns.numbers]) {
    const cell = textOf(values.get(column));
    if (cell !== '' && cell.length <= 200) add(`${column} = ${cell}`, [`${column}=${cell}`]);
  }
  return items;
}
