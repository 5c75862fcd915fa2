/**
 * Two texts as a unified diff, by lines. The longest common subsequence is found by the textbook table, so texts are
 * bounded: beyond that the whole is shown as replaced, which is true as well.
 */

const maxCells = 4_000_000;
const context = 3;

/** Empty when they are equal. @param name of the object, for the two header lines */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return '';
  const [old, now] = [linesOf(before), linesOf(after)];
  const marked = marks(old, now);
  const lines = [`--- ${name}`, `+++ ${name} (right-sized)`];
  for (const [start, end] of hunks(marked)) {
    const oldStart = marked.slice(0, start).filter(([mark]) => mark !== '+').length;
    const newStart = marked.slice(0, start).filter(([mark]) => mark !== '-').length;
    const shown = marked.slice(start, end);
    const oldCount = shown.filter(([mark]) => mark !== '+').length;
    const newCount = shown.filter(([mark]) => mark !== '-').length;
    lines.push(
      `@@ -${place(oldStart, oldCount)} +${place(newStart, newCount)} @@`,
      ...shown.map(([mark, line]) => mark + line),
    );
  }
  return `${lines.join('\n')}\n`;
}

type Marked = readonly (readonly [mark: ' ' | '-' | '+', line: string])[];

/** A range is numbered from 1; an empty one by the line before it. */
function place(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`;
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function marks(old: readonly string[], now: readonly string[]): Marked {
  const width = now.length + 1;
  if ((old.length + 1) * width > maxCells)
    return [...old.map((line) => ['-', line] as const), ...now.map((line) => ['+', line] as const)];
  const longest = new Int32Array((old.length + 1) * width);
  for (let at = old.length - 1; at >= 0; at -= 1) {
    for (let to = now.length - 1; to >= 0; to -= 1) {
      longest[at * width + to] =
        old[at] === now[to]
          ? (longest[(at + 1) * width + to + 1] as number) + 1
          : Math.max(longest[(at + 1) * width + to] as number, longest[at * width + to + 1] as number);
    }
  }
  const found: [' ' | '-' | '+', string][] = [];
  let [at, to] = [0, 0];
  while (at < old.length || to < now.length) {
    if (at < old.length && to < now.length && old[at] === now[to]) {
      found.push([' ', old[at] as string]);
      at += 1;
      to += 1;
    } else if (
      to === now.length ||
      (at < old.length && (longest[(at + 1) * width + to] as number) >= (longest[at * width + to + 1] as number))
    ) {
      found.push(['-', old[at] as string]);
      at += 1;
    } else {
      found.push(['+', now[to] as string]);
      to += 1;
    }
  }
  return found;
}

/** Ranges of lines around what changed, those that touch joined. */
function hunks(marked: Marked): (readonly [number, number])[] {
  const ranges: [number, number][] = [];
  for (const [at, [mark]] of marked.entries()) {
    if (mark === ' ') continue;
    const [start, end] = [Math.max(0, at - context), Math.min(marked.length, at + context + 1)];
    const last = ranges.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = end;
    else ranges.push([start, end]);
  }
  return ranges;
}
