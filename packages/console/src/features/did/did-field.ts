/**
 * Where things stand in the picture of could versus did. What was within reach is the field: the same places as in the drawing of the
 * blast radius. On it stand marks: letters for who acted, numbers for what was touched, in the order of the table. A mark that
 * another one would cover moves aside and keeps a line to its place; what is not in the drawing stands in a row below it.
 */
import type { CouldDid } from '@firebreak/contract/answers/could-did';
import type { Drawing } from '@firebreak/contract/routes';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `unknown`: of a system whose logs were not read. */
export type DotIs = 'silent' | 'unknown' | 'jewel' | 'unknown-jewel';

export interface Mark extends Point {
  readonly id: string;
  /** A letter for an actor, a number for what was touched. */
  readonly sign: string;
  readonly is: 'actor' | 'jewel' | 'touched';
  /** Where it would stand if nothing stood there already. */
  readonly home: Point;
}

export interface Field {
  readonly width: number;
  readonly height: number;
  readonly dots: readonly (Point & { readonly id: string; readonly is: DotIs })[];
  readonly lines: readonly {
    readonly from: string;
    readonly to: string;
    readonly a: Point;
    readonly b: Point;
    readonly events: number;
  }[];
  readonly marks: readonly Mark[];
  /** From here down stands what is not in the drawing; null when nothing does. */
  readonly outsideFrom: number | null;
  /** Touched nodes without a mark: the table has them. */
  readonly unmarked: number;
}

const width = 1180;
const fieldHeight = 430;
const outsideHeight = 74;
const edge = 34;
/** Marks beyond these would hide the field. */
const mostMarks = 80;
const apart = 25;

/** The letters of actors: A to Z, then A2 and so on. */
export function actorSign(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : `${letter}${Math.floor(index / 26) + 1}`;
}

export function fieldOf(drawing: Drawing, { actors, did, abused, unlogged }: CouldDid): Field {
  const places = placed(drawing);
  const blind = new Set(unlogged.map(({ system }) => system));
  const touched = new Set([...did, ...actors].map(({ node }) => node.id));
  const dots = drawing.nodes
    .filter(({ id, role }) => !touched.has(id) && role !== 'safe')
    .map(({ id, role }) => {
      const unknown = blind.has(id.slice(0, id.indexOf(':')));
      const is: DotIs = role === 'jewel' ? (unknown ? 'unknown-jewel' : 'jewel') : unknown ? 'unknown' : 'silent';
      return { id, is, ...(places.get(id) as Point) };
    });

  const numbered = new Set(did.map(({ node }) => node.id));
  const wanted = [
    ...actors.flatMap(({ node }, index) =>
      // What was taken on the way has its number already.
      numbered.has(node.id) ? [] : [{ id: node.id, sign: actorSign(index), is: 'actor' as const }],
    ),
    ...did.map(({ node, jewel }, index) => ({
      id: node.id,
      sign: String(index + 1),
      is: jewel === undefined ? ('touched' as const) : ('jewel' as const),
    })),
  ];
  const shown = wanted.slice(0, mostMarks);
  const outside = [...new Set(shown.map(({ id }) => id).filter((id) => !places.has(id)))];
  outside.forEach((id, index) => {
    const column = (index + 0.5) / outside.length;
    places.set(id, { x: edge + column * (width - 2 * edge), y: fieldHeight + outsideHeight / 2 + 8 });
  });

  const height = outside.length === 0 ? fieldHeight : fieldHeight + outsideHeight;
  const marks: Mark[] = [];
  for (const mark of shown) {
    const home = places.get(mark.id) as Point;
    marks.push({ ...mark, home, ...freePlace(home, marks, height) });
  }
  const markOf = new Map(marks.map((mark) => [mark.id, mark]));
  const pointOf = (id: string): Point | undefined => markOf.get(id) ?? places.get(id);
  const lines = abused.flatMap(({ from, to, events }) => {
    const [a, b] = [pointOf(from), pointOf(to)];
    return a === undefined || b === undefined ? [] : [{ from, to, events, a, b }];
  });
  return {
    width,
    height,
    dots,
    lines,
    marks,
    outsideFrom: outside.length === 0 ? null : fieldHeight,
    unmarked: wanted.length - shown.length,
  };
}

/** The drawing's places, fitted into the field; above is above. */
function placed({ nodes }: Drawing): Map<string, Point> {
  const xs = nodes.map(({ x }) => x);
  const ys = nodes.map(({ y }) => y);
  const [left, right] = ends(xs);
  const [low, high] = ends(ys);
  return new Map(
    nodes.map(({ id, x, y }) => [
      id,
      {
        x: edge + ((x - left) / (right - left || 1)) * (width - 2 * edge),
        y: high === low ? fieldHeight / 2 : edge + ((high - y) / (high - low)) * (fieldHeight - 2 * edge),
      },
    ]),
  );
}

function ends(values: readonly number[]): readonly [number, number] {
  return [
    values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
  ];
}

/** The nearest place where no mark stands yet, on rings around its home. */
function freePlace(home: Point, taken: readonly Point[], height: number): Point {
  const isFree = ({ x, y }: Point) =>
    x >= 14 &&
    x <= width - 14 &&
    y >= 14 &&
    y <= height - 14 &&
    taken.every((other) => Math.hypot(other.x - x, other.y - y) >= apart);
  if (isFree(home)) return home;
  for (let ring = 1; ring <= 16; ring += 1) {
    for (let turn = 0; turn < 8 * ring; turn += 1) {
      const angle = (turn / (8 * ring)) * 2 * Math.PI;
      const place = { x: home.x + Math.cos(angle) * ring * 13, y: home.y + Math.sin(angle) * ring * 13 };
      if (isFree(place)) return place;
    }
  }
  return home;
}
