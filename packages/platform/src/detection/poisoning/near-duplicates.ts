/**
 * Groups of texts that are nearly the same: MinHash over shingles of three words, candidates by bands, and groups by joining what
 * agrees in most places (Broder 1997; Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4).
 */
import { fnv1a } from '../../kernel/fnv.ts';
import { wordsOf } from './features.ts';

const places = 64;
const band = 2;
/** Of the places that two must agree in: an estimate of the share of shingles that they have in common. */
const alike = 0.4;
const fewestWords = 6;

/** @returns places of the texts, group by group, the largest first; single texts are no group. */
export function nearDuplicates(texts: readonly string[]): readonly (readonly number[])[] {
  const sketches = texts.map(sketchOf);
  const parent = Int32Array.from(texts.keys());
  const rootOf = (of: number): number => {
    let root = of;
    while (parent[root] !== root) root = parent[root] as number;
    parent[of] = root;
    return root;
  };
  for (let from = 0; from < places; from += band) {
    const buckets = new Map<string, number>();
    for (const [at, sketch] of sketches.entries()) {
      if (sketch === undefined) continue;
      const key = sketch.subarray(from, from + band).join(' ');
      const first = buckets.get(key);
      if (first === undefined) buckets.set(key, at);
      else if (agreement(sketches[first] as Uint32Array, sketch) >= alike) parent[rootOf(at)] = rootOf(first);
    }
  }
  const groups = new Map<number, number[]>();
  for (const at of texts.keys()) {
    const root = rootOf(at);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [at]);
    else group.push(at);
  }
  return [...groups.values()].filter(({ length }) => length > 1).sort((a, b) => b.length - a.length);
}

/** Undefined for a text that is too short to be told from another. */
function sketchOf(text: string): Uint32Array | undefined {
  const words = wordsOf(text);
  if (words.length < fewestWords) return undefined;
  const least = new Uint32Array(places).fill(0xffffffff);
  for (let at = 0; at + 2 < words.length; at += 1) {
    const hash = fnv1a(`${words.slice(at, at + 3).join(' ')} `);
    for (let place = 0; place < places; place += 1) {
      // Another permutation for each place: multiply by an odd number and mix.
      let mixed = Math.imul(hash ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b + 2 * place);
      mixed = (mixed ^ (mixed >>> 15)) >>> 0;
      if (mixed < (least[place] as number)) least[place] = mixed;
    }
  }
  return least;
}

function agreement(one: Uint32Array, other: Uint32Array): number {
  let same = 0;
  for (let place = 0; place < places; place += 1) if (one[place] === other[place]) same += 1;
  return same / places;
}
