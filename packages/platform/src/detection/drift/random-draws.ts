/**
 * Random numbers for tests that resample. Detection has neither clock nor chance: the seed is made from what is tested (model,
 * metric, number of the window), so that the same log gives the same answer.
 */
import { fnv1a } from '../../kernel/fnv.ts';

export type Draw = () => number;

/** Numbers from 0 up to but without 1, the same for the same text (FNV-1a for the seed, then sfc32 by Chris Doty-Humphrey). */
export function drawsFor(text: string): Draw {
  const hash = fnv1a(text);
  let [a, b, c, counter] = [hash | 0, Math.imul(hash, 0x9e3779b1) | 0, ~hash | 0, 1];
  const draw = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  };
  for (let round = 0; round < 12; round++) draw();
  return draw;
}
