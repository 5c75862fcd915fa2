/**
 * Points as random Fourier features (Rahimi and Recht 2007): the distance of the means of two samples is their maximum mean
 * discrepancy (Gretton et al. 2012) under a Gaussian kernel, so that a window costs no more than its queries (Zhao and Meng 2015). One
 * half looks at the usual distance of two queries, the other at a third of it: what is far from everything, and what is between.
 */
import { drawsFor } from '../drift/random-draws.ts';
import { places } from './query-vector.ts';

const frequencies = 64;
/** Cosine and sine of each. */
export const fourierSize = 2 * frequencies;

const directions = new Float64Array(frequencies * places);
const draw = drawsFor('random Fourier features of queries');
for (let place = 0; place < directions.length; place += 2) {
  const radius = Math.sqrt(-2 * Math.log(1 - draw()));
  const angle = 2 * Math.PI * draw();
  directions[place] = radius * Math.cos(angle);
  directions[place + 1] = radius * Math.sin(angle);
}

/** Adds the features of a point to a sum. @param used places that are not zero; @param width the usual distance of two queries */
export function addFourier(sum: Float32Array, point: Float64Array, used: number, width: number): void {
  const scale = 1 / Math.sqrt(frequencies);
  for (let frequency = 0; frequency < frequencies; frequency++) {
    let angle = 0;
    const start = frequency * places;
    for (let place = 0; place < used; place++)
      angle += (directions[start + place] as number) * (point[place] as number);
    angle *= (frequency % 2 === 0 ? 1 : 3) / width;
    sum[2 * frequency] = (sum[2 * frequency] as number) + scale * Math.cos(angle);
    sum[2 * frequency + 1] = (sum[2 * frequency + 1] as number) + scale * Math.sin(angle);
  }
}

/** Squared distance of two means; `count` is that of the first, the second is a mean already. */
export function discrepancy(sum: Float32Array, count: number, mean: Float32Array): number {
  let apart = 0;
  for (let place = 0; place < fourierSize; place++)
    apart += ((sum[place] as number) / count - (mean[place] as number)) ** 2;
  return apart;
}
