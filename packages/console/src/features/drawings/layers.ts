/**
 * Where the boxes of a small drawing go. Their columns are given (hops from an endpoint, links from a model); within a column
 * boxes stand by the middle of what they are linked to in the columns before, a few sweeps to and fro, so that few lines cross.
 * A line that passes a column has a lane of its own there, shared by the lines of one box, so that none runs behind a box and
 * seems to come out of it.
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
  /** The lanes of a line from `from` to `to`, from left to right: where each begins; it is as long as a box. */
  lanesOf(line: Line): readonly Placed[];
  readonly width: number;
  readonly height: number;
}

export const boxWidth = 204;
export const boxHeight = 62;
const columnGap = 56;
const rowGap = 18;
const laneHeight = 8;
const margin = 16;
const sweeps = 4;

export function layered(boxes: readonly Box[], lines: readonly Line[]): Layout {
  const columns = columnsOf(boxes);
  const lanes = addLanes(columns, lines);
  const heightOf = (id: string) => (lanes.ids.has(id) ? laneHeight : boxHeight);
  const neighbours = neighboursOf(columns.flat(), lanes.links);
  const middles = new Map<string, number>();
  /** Puts a column's slots below each other, around the middle of the drawing. */
  const stack = (column: readonly string[]): number => {
    const height = column.reduce((sum, id) => sum + heightOf(id) + rowGap, -rowGap);
    let top = -height / 2;
    for (const id of column) {
      middles.set(id, top + heightOf(id) / 2);
      top += heightOf(id) + rowGap;
    }
    return height;
  };
  for (const column of columns) stack(column);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      const wanted = new Map(column.map((id) => [id, middleOf(id, neighbours, middles)]));
      column.sort((a, b) => (wanted.get(a) as number) - (wanted.get(b) as number));
      stack(column);
    }
  }
  const tallest = Math.max(boxHeight, ...columns.map(stack));
  const height = 2 * margin + tallest;
  const placeOf = (id: string, column: number): Placed => ({
    x: margin + column * (boxWidth + columnGap),
    y: height / 2 + (middles.get(id) as number) - (lanes.ids.has(id) ? 0 : boxHeight / 2),
  });
  const all = new Map(columns.flatMap((column, index) => column.map((id) => [id, placeOf(id, index)] as const)));
  return {
    places: new Map([...all].filter(([id]) => !lanes.ids.has(id))),
    lanesOf: (line) => lanes.of(line).map((id) => all.get(id) as Placed),
    width: 2 * margin + columns.length * (boxWidth + columnGap) - columnGap,
    height,
  };
}

interface Lanes {
  readonly ids: ReadonlySet<string>;
  /** The lines, cut where they pass a column. */
  readonly links: readonly Line[];
  of(line: Line): readonly string[];
}

/** Adds a slot to each column that a line passes. */
function addLanes(columns: string[][], lines: readonly Line[]): Lanes {
  const columnOf = new Map(columns.flatMap((column, index) => column.map((id) => [id, index] as const)));
  const ids = new Set<string>();
  const of = ({ from, to }: Line): readonly string[] => {
    const [start = 0, end = 0] = [columnOf.get(from), columnOf.get(to)];
    return Array.from({ length: Math.max(0, end - start - 1) }, (_, index) => `${from}\n${start + 1 + index}`);
  };
  const links = lines.flatMap((line) => {
    if (!columnOf.has(line.from) || !columnOf.has(line.to)) return [];
    const passed = of(line);
    for (const [index, id] of passed.entries()) {
      if (ids.has(id)) continue;
      ids.add(id);
      columns[(columnOf.get(line.from) as number) + 1 + index]?.push(id);
    }
    const stations = [line.from, ...passed, line.to];
    return stations.slice(1).map((to, index) => ({ from: stations[index] as string, to }));
  });
  return { ids, links, of };
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

function neighboursOf(ids: readonly string[], lines: readonly Line[]): ReadonlyMap<string, readonly string[]> {
  const neighbours = new Map<string, string[]>(ids.map((id) => [id, []]));
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

/** A line between two boxes as an SVG path: out of the right side, along its lanes, into the left side; or around when it leads back. */
export function curve(from: Placed, to: Placed, lanes: readonly Placed[] = []): string {
  const start = { x: from.x + boxWidth, y: from.y + boxHeight / 2 };
  const end = { x: to.x, y: to.y + boxHeight / 2 };
  if (end.x >= start.x) {
    const path = [`M${start.x},${start.y}`];
    let last = start;
    for (const lane of lanes) {
      path.push(swing(last, lane), `H${lane.x + boxWidth}`);
      last = { x: lane.x + boxWidth, y: lane.y };
    }
    return [...path, swing(last, end)].join(' ');
  }
  // Within a column, or back to an earlier one: a bow at the right side that ends there.
  const bow = Math.max(from.x, to.x) + boxWidth + columnGap / 2;
  return `M${start.x},${start.y} C${bow},${start.y} ${bow},${end.y} ${to.x + boxWidth},${end.y}`;
}

function swing(from: Placed, to: Placed): string {
  const middle = (from.x + to.x) / 2;
  return `C${middle},${from.y} ${middle},${to.y} ${to.x},${to.y}`;
}
