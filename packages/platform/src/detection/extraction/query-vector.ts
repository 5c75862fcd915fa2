/**
 * A query as a point: 48 numbers, each in units of how much that number usually differs, cut at four. Features that are numbers have a
 * place of their own while there are places; what is more, and texts, are spread over all by signed hashing (Weinberger et al. 2009),
 * which keeps distances as they are on average. A prompt is the counts of its three-character pieces, hashed in the same way.
 */

import type { Observation } from '../../events/observations.ts';
import { fnv1a } from '../../kernel/fnv.ts';

export const places = 48;
const farthest = 4;
const mostNames = 256;
const mostPieces = 1500;

/** What usual values are, learned on the first queries and then left as it is. */
export interface ScaleState {
  readonly own: readonly string[];
  readonly count: number;
  readonly mean: readonly number[];
  readonly square: readonly number[];
}

export class Scale {
  /** Names of numbers with a place of their own. */
  readonly #own = new Map<string, number>();
  #count = 0;
  readonly #mean = new Float64Array(places);
  readonly #square = new Float64Array(places);

  constructor(state?: ScaleState) {
    if (state === undefined) return;
    for (const [place, name] of state.own.entries()) this.#own.set(name, place);
    this.#count = state.count;
    this.#mean.set(state.mean.slice(0, places));
    this.#square.set(state.square.slice(0, places));
  }

  get count(): number {
    return this.#count;
  }

  /** Learns from a query. @returns false when it has nothing to be learned from */
  learn(query: Observation): boolean {
    for (const name in query.features)
      if (typeof query.features[name] === 'number' && this.#own.size < places && !this.#own.has(name))
        this.#own.set(name, this.#own.size);
    const point = this.#raw(query);
    if (point === undefined) return false;
    this.#count += 1;
    for (let place = 0; place < places; place++) {
      const apart = (point[place] as number) - (this.#mean[place] as number);
      this.#mean[place] = (this.#mean[place] as number) + apart / this.#count;
      this.#square[place] =
        (this.#square[place] as number) + apart * ((point[place] as number) - (this.#mean[place] as number));
    }
    return true;
  }

  pointOf(query: Observation): Float64Array | undefined {
    const point = this.#raw(query);
    if (point === undefined) return undefined;
    for (let place = 0; place < places; place++) {
      const spread = Math.sqrt((this.#square[place] as number) / Math.max(1, this.#count - 1));
      const apart = (point[place] as number) - (this.#mean[place] as number);
      // A number that never differed says nothing until it does, and then as much as it can.
      const far = spread > 1e-12 ? apart / spread : Math.abs(apart) > 1e-12 ? Math.sign(apart) * farthest : 0;
      point[place] = Math.max(-farthest, Math.min(farthest, far));
    }
    return point;
  }

  state(): ScaleState {
    return {
      own: [...this.#own.keys()],
      count: this.#count,
      mean: [...this.#mean],
      square: [...this.#square],
    };
  }

  #raw({ embedding, features, prompt }: Observation): Float64Array | undefined {
    const point = new Float64Array(places);
    if (embedding !== undefined) for (const [place, value] of embedding.entries()) spread(point, place, value);
    else if (features !== undefined && !onlyTokens(features)) {
      let names = 0;
      for (const name in features) {
        const value = features[name] as number | string;
        const place = typeof value === 'number' ? this.#own.get(name) : undefined;
        if (place !== undefined) point[place] = (point[place] as number) + (value as number);
        else if (names++ < mostNames)
          if (typeof value === 'number') hashed(point, name, value);
          else hashed(point, `${name}=${value}`, 1);
      }
    } else if (prompt !== undefined && prompt !== '') pieces(point, prompt);
    else return undefined;
    return point;
  }
}

/** Counts of tokens tell how long a text is, and not what is in it. */
function onlyTokens(features: NonNullable<Observation['features']>): boolean {
  for (const name in features) if (!name.startsWith('tokens.')) return false;
  return true;
}

function pieces(point: Float64Array, prompt: string): void {
  const text = prompt.toLowerCase();
  const count = Math.min(mostPieces, text.length - 2);
  for (let start = 0; start < count; start++) {
    let hash = 0x811c9dc5;
    for (let place = start; place < start + 3; place++) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
    const mixed = mix(hash);
    const place = (mixed >>> 1) % places;
    point[place] = (point[place] as number) + ((mixed & 1) === 0 ? 1 : -1);
  }
  const length = Math.sqrt(point.reduce((sum, value) => sum + value * value, 0));
  if (length > 0) for (let place = 0; place < places; place++) point[place] = (point[place] as number) / length;
}

/** Onto four places, so that two names seldom share all. */
function hashed(point: Float64Array, name: string, value: number): void {
  let hash = fnv1a(name);
  for (let turn = 0; turn < 4; turn++) {
    hash = mix(hash + turn);
    const place = (hash >>> 1) % places;
    point[place] = (point[place] as number) + (((hash & 1) === 0 ? 1 : -1) * value) / 2;
  }
}

function spread(point: Float64Array, place: number, value: number): void {
  if (place < places) {
    point[place] = (point[place] as number) + value;
    return;
  }
  const mixed = mix(place);
  const onto = (mixed >>> 1) % places;
  point[onto] = (point[onto] as number) + ((mixed & 1) === 0 ? value : -value);
}

function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Steps of a byte a unit: four units fit. */
export const perUnit = 31;
const scratch = new Int8Array(places);

/** A point in one byte a number; overwritten by the next call. */
export function bytesOf(point: Float64Array): Int8Array {
  for (let place = 0; place < places; place++) scratch[place] = Math.round((point[place] as number) * perUnit);
  return scratch;
}
