/**
 * Where the boxes of a small drawing go. Their columns are given (hops from an endpoint, links from a model); within a column
 * boxes stand by the middle of what they are linked to in the columns before, a few sweeps to and fro, so that few lines cross.
 * The same input gives the same picture.
 */

export interface Box {
  readonly id: string;
  /** Smaller is further to the left. */
  readonly column: number;
}
export interface Line {
  readonly from: string;
  readonly to: string;
}
export interface Placed {
  readonly x: number;
  readonly y: number;
}
export interface Layout {
  /** Upper left corners, in pixels, in the order of reading: column by column, from top to bottom. */
  readonly places: ReadonlyMap<string, Placed>;
  readonly width: number;
  readonly height: number;
}

export const boxWidth = 204;
export const boxHeight = 62;
const columnGap = 56;
const rowGap = 18;
const margin = 16;
const sweeps = 4;

export function layered(boxes: readonly Box[], lines: readonly Line[]): Layout {
  const columns = columnsOf(boxes);
  const neighbours = neighboursOf(boxes, lines);
  const place = new Map<string, number>();
  const number = (column: readonly string[]) => {
    for (const [index, id] of column.entries()) place.set(id, index - (column.length - 1) / 2);
  };
  for (const column of columns) number(column);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      const middle = new Map(column.map((id) => [id, middleOf(id, neighbours, place)]));
      column.sort((a, b) => (middle.get(a) as number) - (middle.get(b) as number));
      number(column);
    }
  }
  const tallest = Math.max(1, ...columns.map((column) => column.length));
  const height = 2 * margin + tallest * (boxHeight + rowGap) - rowGap;
  const places = new Map<string, Placed>();
  for (const [index, column] of columns.entries()) {
    const top = (height - column.length * (boxHeight + rowGap) + rowGap) / 2;
    for (const [row, id] of column.entries()) {
      places.set(id, { x: margin + index * (boxWidth + columnGap), y: top + row * (boxHeight + rowGap) });
    }
  }
  return { places, width: 2 * margin + columns.length * (boxWidth + columnGap) - columnGap, height };
}

/** Ids by column from left to right; columns that nothing stands in are left out. */
function columnsOf(boxes: readonly Box[]): string[][] {
  const columns = new Map<number, string[]>();
  for (const { id, column } of boxes) {
    const ids = columns.get(column);
    if (ids === undefined) columns.set(column, [id]);
    else ids.push(id);
  }
  return [...columns].toSorted(([a], [b]) => a - b).map(([, ids]) => ids);
}

function neighboursOf(boxes: readonly Box[], lines: readonly Line[]): ReadonlyMap<string, readonly string[]> {
  const neighbours = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of lines) {
    if (!neighbours.has(from) || !neighbours.has(to)) continue;
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  return neighbours;
}

function middleOf(
  id: string,
  neighbours: ReadonlyMap<string, readonly string[]>,
  place: ReadonlyMap<string, number>,
): number {
  const around = neighbours.get(id) ?? [];
  if (around.length === 0) return place.get(id) as number;
  return around.reduce((sum, other) => sum + (place.get(other) as number), 0) / around.length;
}

/** A line between two boxes as an SVG path: out of the right side into the left one, or around when it leads back. */
export function curve(from: Placed, to: Placed): string {
  const [startX, startY] = [from.x + boxWidth, from.y + boxHeight / 2];
  const [endX, endY] = [to.x, to.y + boxHeight / 2];
  if (endX >= startX) {
    const middle = (startX + endX) / 2;
    return `M${startX},${startY} C${middle},${startY} ${middle},${endY} ${endX},${endY}`;
  }
  // Within a column, or back to an earlier one: a bow at the right side that ends there.
  const bow = Math.max(from.x, to.x) + boxWidth + columnGap / 2;
  return `M${startX},${startY} C${bow},${startY} ${bow},${endY} ${to.x + boxWidth},${endY}`;
}
