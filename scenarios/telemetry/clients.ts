/** Clients of the small model: each a source of queries without end. Attackers get the model's answers and use them. */
import type { Draw } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { Classifier, gauss, inputs, type Point, type Victim } from './small-model.ts';

export type Client = (victim: Victim, draw: Draw) => Generator<Point>;

function* natural({ world }: Victim, draw: Draw): Generator<Point> {
  const next = world.interests(draw);
  while (true) yield next();
}

/** Anything in the box. */
function* random(_: Victim, draw: Draw): Generator<Point> {
  while (true) yield Float64Array.from({ length: inputs }, () => 2 * draw() - 1);
}

const step = 0.2;

/**
 * Jacobian-based augmentation (Papernot et al. 2017), as PRADA's authors attack: from fifty natural points, a substitute is trained on
 * the answers, and every point known is moved along the sign of the substitute's slope; each round doubles them.
 */
function* synthetic({ world, model }: Victim, draw: Draw): Generator<Point> {
  const known: { readonly point: Point; readonly label: number }[] = [];
  const asked = (point: Point) => {
    known.push({ point, label: model.label(point) });
    return point;
  };
  for (let seed = 0; seed < 50; seed++) yield asked(world.any(draw).point);
  const substitute = new Classifier(draw);
  while (true) {
    for (let round = 0; round < 10; round++) for (const { point, label } of known) substitute.learn(point, label, 0.05);
    for (const { point, label } of known.slice(-1000)) {
      const slope = substitute.learn(point, label, 0);
      yield asked(
        point.map((value, place) => Math.max(-1, Math.min(1, value + step * Math.sign(slope[place] as number)))),
      );
    }
  }
}

/** So large a share of natural queries among synthetic ones. */
function mixed(share: number): Client {
  return function* (victim, draw) {
    const [honest, attack] = [natural(victim, draw), synthetic(victim, draw)];
    while (true) yield (draw() < share ? honest : attack).next().value as Point;
  };
}

/** Whether a point was trained on, by how the answer bears small changes (Choquette-Choo et al. 2021). */
function* membership({ world }: Victim, draw: Draw): Generator<Point> {
  while (true) {
    const { point } = world.any(draw);
    yield point;
    for (let turn = 0; turn < 9; turn++)
      yield point.map((value) => Math.max(-1, Math.min(1, value + 0.03 * gauss(draw))));
  }
}

/** Climbs from anywhere to what the model is surest of in a class (Fredrikson et al. 2015, without slopes). */
function* inversion({ model }: Victim, draw: Draw): Generator<Point> {
  for (let of = 0; ; of = (of + 1) % 10) {
    let best: Point = Float64Array.from({ length: inputs }, () => 2 * draw() - 1);
    let odds = model.answer(best)[of] as number;
    for (let turn = 0; turn < 100; turn++) {
      const tried = best.map((value) => Math.max(-1, Math.min(1, value + 0.1 * gauss(draw))));
      yield tried;
      const now = model.answer(tried)[of] as number;
      if (now > odds) [best, odds] = [tried, now];
    }
  }
}

/** Labels only: halves the way between two natural points of different classes until it is at the boundary. */
function* boundary({ world, model }: Victim, draw: Draw): Generator<Point> {
  while (true) {
    let [one, other] = [world.any(draw).point, world.any(draw).point];
    const label = model.label(one);
    if (model.label(other) === label) continue;
    for (let turn = 0; turn < 10; turn++) {
      const middle = one.map((value, place) => (value + (other[place] as number)) / 2);
      yield middle;
      if (model.label(middle) === label) one = middle;
      else other = middle;
    }
  }
}

/** Natural points of all kinds and nothing else: what nobody can tell from a client with broad interests by looking at queries. */
function* knockoff({ world }: Victim, draw: Draw): Generator<Point> {
  while (true) yield world.any(draw).point;
}

export const honest: Client = natural;
export const attackers: Readonly<Record<string, Client>> = {
  random,
  synthetic,
  'mix, 25 % natural': mixed(0.25),
  'mix, 50 % natural': mixed(0.5),
  'mix, 75 % natural': mixed(0.75),
  'mix, 90 % natural': mixed(0.9),
  membership,
  inversion,
  'label-only boundary': boundary,
  'all natural (knockoff)': knockoff,
};
