import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Median times, in milliseconds, of several kinds of work measured in turns, so that whatever else the machine does falls on
 * all of them alike. Only such numbers may be divided by each other. Each is done twice before it counts. Work that says itself
 * how long it took (`milliseconds`), as systems in other processes do, is believed.
 */
export async function mediansInTurns<K extends string>(
  runs: number,
  work: Readonly<Record<K, () => unknown>>,
): Promise<Record<K, number>> {
  const names = Object.keys(work) as K[];
  const times = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let run = -2; run < runs; run += 1) {
    for (const name of names) {
      const start = performance.now();
      const answer = await work[name]();
      const own = answer instanceof Object && 'milliseconds' in answer ? Number(answer.milliseconds) : undefined;
      if (run >= 0) times.get(name)?.push(own ?? performance.now() - start);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<K, number>;
}

/** Clears away what was used before, so that the next measurement does not pay for it. */
export function clearMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Prints rows under their headings, columns aligned; all but the first to the right. */
export function printTable(headings: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = headings.map((heading, at) => Math.max(heading.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ');
  console.log(line(headings));
  console.log(widths.map((width) => '─'.repeat(width)).join('  '));
  for (const row of rows) console.log(line(row));
}

export function milliseconds(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')} ms`;
}

export function times(value: number): string {
  return `${value < 100 ? value.toFixed(2) : Math.round(value).toLocaleString('en')}×`;
}
