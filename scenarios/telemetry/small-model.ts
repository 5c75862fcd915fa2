/**
 * A small model that is really trained, those who use it, and those who attack it. Inputs are 20 numbers on a curved surface of six
 * dimensions; ten classes of three clusters each; a network with one hidden layer learns them to about nine in ten. Every natural client
 * has interests of its own (a Dirichlet draw of clusters) and a pace of its own.
 */
import type { Draw } from '../../packages/platform/src/detection/drift/random-draws.ts';
import { drawsFor } from '../../packages/platform/src/detection/drift/random-draws.ts';

export const inputs = 20;
const latent = 6;
export const classes = 10;
const clusters = 30;
const hidden = 32;

export type Point = Float64Array;

export function gauss(draw: Draw): number {
  return Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw());
}

/** Where natural points come from. */
export class World {
  readonly #centres: Float64Array[];
  readonly #weights: Float64Array[];

  constructor(seed: string) {
    const draw = drawsFor(seed);
    this.#centres = Array.from({ length: clusters }, () =>
      Float64Array.from({ length: latent }, () => 1.1 * gauss(draw)),
    );
    this.#weights = Array.from({ length: inputs }, () =>
      Float64Array.from({ length: latent }, () => 0.6 * gauss(draw)),
    );
  }

  point(cluster: number, draw: Draw): Point {
    const centre = this.#centres[cluster] as Float64Array;
    const z = centre.map((value) => value + 0.35 * gauss(draw));
    return Float64Array.from(this.#weights, (row) => {
      const sum = row.reduce((total, weight, place) => total + weight * (z[place] as number), 0);
      return Math.max(-1, Math.min(1, Math.tanh(sum) + 0.05 * gauss(draw)));
    });
  }

  any(draw: Draw): { readonly point: Point; readonly label: number } {
    const cluster = Math.floor(draw() * clusters);
    return { point: this.point(cluster, draw), label: cluster % classes };
  }

  /** A client's own mixture of clusters. */
  interests(draw: Draw): () => Point {
    const shares = Array.from({ length: clusters }, () => -Math.log(1 - draw()) * (draw() < 0.5 ? 1 : 0.15));
    const total = shares.reduce((sum, share) => sum + share, 0);
    return () => {
      let left = draw() * total;
      let cluster = 0;
      while (cluster < clusters - 1 && left > (shares[cluster] as number)) {
        left -= shares[cluster] as number;
        cluster += 1;
      }
      return this.point(cluster, draw);
    };
  }
}

/** One hidden layer of tanh, softmax on top, trained by plain stochastic gradient descent. */
export class Classifier {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  readonly #inner = new Float64Array(hidden);

  constructor(draw: Draw) {
    this.#first = Float64Array.from({ length: hidden * (inputs + 1) }, () => 0.3 * gauss(draw));
    this.#second = Float64Array.from({ length: classes * (hidden + 1) }, () => 0.3 * gauss(draw));
  }

  /** Odds by class. */
  answer(point: Point): Float64Array {
    for (let unit = 0; unit < hidden; unit++) {
      const start = unit * (inputs + 1);
      let sum = this.#first[start + inputs] as number;
      for (let place = 0; place < inputs; place++)
        sum += (this.#first[start + place] as number) * (point[place] as number);
      this.#inner[unit] = Math.tanh(sum);
    }
    const odds = new Float64Array(classes);
    for (let of = 0; of < classes; of++) {
      const start = of * (hidden + 1);
      let sum = this.#second[start + hidden] as number;
      for (let unit = 0; unit < hidden; unit++)
        sum += (this.#second[start + unit] as number) * (this.#inner[unit] as number);
      odds[of] = Math.exp(Math.min(50, sum));
    }
    const total = odds.reduce((sum, each) => sum + each, 0);
    for (let of = 0; of < classes; of++) odds[of] = (odds[of] as number) / total;
    return odds;
  }

  label(point: Point): number {
    return largest(this.answer(point));
  }

  /** One step of descent. @returns how the loss changes with the point */
  learn(point: Point, label: number, rate: number): Point {
    const apart = this.answer(point);
    apart[label] = (apart[label] as number) - 1;
    const back = new Float64Array(hidden);
    for (let of = 0; of < classes; of++) {
      const start = of * (hidden + 1);
      const slope = apart[of] as number;
      for (let unit = 0; unit < hidden; unit++) {
        back[unit] = (back[unit] as number) + slope * (this.#second[start + unit] as number);
        this.#second[start + unit] =
          (this.#second[start + unit] as number) - rate * slope * (this.#inner[unit] as number);
      }
      this.#second[start + hidden] = (this.#second[start + hidden] as number) - rate * slope;
    }
    const slopes = new Float64Array(inputs);
    for (let unit = 0; unit < hidden; unit++) {
      const slope = (back[unit] as number) * (1 - (this.#inner[unit] as number) ** 2);
      const start = unit * (inputs + 1);
      for (let place = 0; place < inputs; place++) {
        slopes[place] = (slopes[place] as number) + slope * (this.#first[start + place] as number);
        this.#first[start + place] = (this.#first[start + place] as number) - rate * slope * (point[place] as number);
      }
      this.#first[start + inputs] = (this.#first[start + inputs] as number) - rate * slope;
    }
    return slopes;
  }
}

export function largest(values: ArrayLike<number>): number {
  let best = 0;
  for (let place = 1; place < values.length; place++)
    if ((values[place] as number) > (values[best] as number)) best = place;
  return best;
}

export interface Victim {
  readonly world: World;
  readonly model: Classifier;
  /** Share of points that it was not trained on that it gets right. */
  readonly right: number;
}

export function trainVictim(seed: string): Victim {
  const draw = drawsFor(`${seed} training`);
  const world = new World(seed);
  const model = new Classifier(draw);
  const known = Array.from({ length: 4000 }, () => world.any(draw));
  for (let round = 0; round < 8; round++)
    for (const { point, label } of known) model.learn(point, label, 0.05 / (1 + round / 2));
  const asked = Array.from({ length: 1000 }, () => world.any(draw));
  return {
    world,
    model,
    right: asked.filter(({ point, label }) => model.label(point) === label).length / asked.length,
  };
}
