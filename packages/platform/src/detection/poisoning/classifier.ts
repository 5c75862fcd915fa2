/**
 * A small classifier to check labels against each other: softmax regression on hashed features, trained by AdaGrad (Duchi et al.
 * 2011) in an order that follows from a fixed seed, so that the same data gets the same judgement.
 */
import { drawsFor } from '../drift/random-draws.ts';
import { type Features, width } from './features.ts';

export interface Labelled {
  readonly features: Features;
  /** Number of the class. */
  readonly label: number;
}
/** Probability of each class. */
export type Predict = (features: Features) => Float64Array;

const epochs = 6;
const rate = 0.4;
const shrink = 1e-5;

function trained(rows: readonly Labelled[], classes: number): Predict {
  const weights = new Float32Array(width * classes);
  const squares = new Float32Array(width * classes).fill(0.1);
  const bias = new Float64Array(classes);
  const biasSquares = new Float64Array(classes).fill(0.1);
  const predict: Predict = (features) => {
    const scale = 1 / Math.sqrt(features.length || 1);
    const scores = Float64Array.from(bias);
    for (const feature of features)
      for (let of = 0; of < classes; of += 1)
        scores[of] = (scores[of] as number) + scale * (weights[feature * classes + of] as number);
    return softmax(scores);
  };
  const order = Uint32Array.from(rows.keys());
  const draw = drawsFor('poisoning/classifier');
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = Math.floor(draw() * (at + 1));
      [order[at], order[other]] = [order[other] as number, order[at] as number];
    }
    for (const at of order) {
      const { features, label } = rows[at] as Labelled;
      const scale = 1 / Math.sqrt(features.length || 1);
      const wrong = predict(features);
      wrong[label] = (wrong[label] as number) - 1;
      for (let of = 0; of < classes; of += 1) {
        const error = wrong[of] as number;
        biasSquares[of] = (biasSquares[of] as number) + error * error;
        bias[of] = (bias[of] as number) - (rate * error) / Math.sqrt(biasSquares[of] as number);
        if (Math.abs(error) < 1e-4) continue;
        for (const feature of features) {
          const place = feature * classes + of;
          const slope = error * scale + shrink * (weights[place] as number);
          const square = (squares[place] as number) + slope * slope;
          squares[place] = square;
          weights[place] = (weights[place] as number) - (rate * slope) / Math.sqrt(square);
        }
      }
    }
  }
  return predict;
}

const folds = 4;

/** Each row's probabilities by models that did not see it, and all models with the one for each row. By lot: files have an order. */
export function crossPredicted(rows: readonly Labelled[], classes: number) {
  const lot = drawsFor('poisoning/folds');
  const fold = Uint8Array.from(rows, () => Math.floor(lot() * folds));
  const models = Array.from({ length: folds }, (_, left) =>
    trained(
      rows.filter((_, at) => fold[at] !== left),
      classes,
    ),
  );
  const strangers = rows.map((_, at) => models[fold[at] as number] as Predict);
  return { own: rows.map(({ features }, at) => (strangers[at] as Predict)(features)), models, strangers };
}

function softmax(scores: Float64Array): Float64Array {
  const most = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let of = 0; of < scores.length; of += 1) {
    scores[of] = Math.exp((scores[of] as number) - most);
    sum += scores[of] as number;
  }
  for (let of = 0; of < scores.length; of += 1) scores[of] = (scores[of] as number) / sum;
  return scores;
}
