/**
 * Learns the weights of the linear model of prompt injection and writes them to content/prompt-model/weights.json: logistic regression
 * with AdaGrad over sentences in their surroundings. Only the training side of each corpus is read (prompt-texts/corpora.ts), and texts
 * of ours; thresholds are set on training texts that were not learnt from. `scenarios/prompt` scores the other side.
 *
 *     node bench/train-prompt-model.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { buckets, SentenceReader, version } from '../packages/platform/src/detection/prompt/features.ts';
import { squeezed } from '../packages/platform/src/detection/prompt/view.ts';
import { bipiaAttacks, bipiaContexts, documentation, inserted, positions } from './prompt-texts/corpora.ts';
import { dataText } from './prompt-texts/data.ts';
import { instruction } from './prompt-texts/instructions.ts';
import { pick } from './prompt-texts/parts.ts';
import { seeded } from './random.ts';

interface Example {
  readonly features: Uint16Array;
  readonly weight: number;
  readonly attack: boolean;
}

const random = seeded(20_261_121);
const reader = new SentenceReader();
const learning: Example[] = [];
/** Benign texts that set the thresholds, as lists of sentences. */
const calibrating: Uint16Array[][] = [];

const ownMails = Array.from({ length: 6000 }, () => dataText(random));
const contexts = bipiaContexts('train');
const parts = documentation('train');
if (contexts.length === 0) throw new Error('The corpus is not present.');

function sentencesOf(text: string): { start: number; end: number; features: Uint16Array }[] {
  const found: { start: number; end: number; features: Uint16Array }[] = [];
  reader.read(text, ({ start, end, features, count }) =>
    found.push({ start, end, features: features.slice(0, count) }),
  );
  return found;
}

function learnBenign(texts: readonly string[], weight: number, calibrate: number): void {
  for (const [index, text] of texts.entries()) {
    const sentences = sentencesOf(squeezed(text));
    if (calibrate > 0 && index % calibrate === 0) calibrating.push(sentences.map(({ features }) => features));
    else for (const { features } of sentences) learning.push({ features, weight, attack: false });
  }
}

function learnAttacks(attacks: readonly string[], each: number, weight: number): void {
  for (const attack of attacks)
    for (let time = 0; time < each; time += 1) {
      const surroundings =
        random() < 0.4 ? pick(random, contexts) : random() < 0.7 ? pick(random, ownMails) : pick(random, parts);
      const { text, at } = inserted(surroundings, attack, pick(random, positions));
      const squeezedText = squeezed(text);
      const from = squeezed(text.slice(0, at)).length;
      const fence = attack.indexOf('\n```');
      const to = from + squeezed(fence === -1 ? attack : attack.slice(0, fence)).length;
      for (const { start, end, features } of sentencesOf(squeezedText))
        if (start >= from - 1 && end <= to + 1) learning.push({ features, weight, attack: true });
    }
}

learnBenign(contexts, 3, 0);
learnBenign(
  contexts.map((text) => `${text}\n${pick(random, ownMails)}`),
  1,
  0,
);
learnBenign(ownMails, 1, 6);
learnBenign(parts, 1, 4);
learnAttacks(
  Array.from({ length: 9000 }, () => instruction(random)),
  1,
  1,
);
learnAttacks([...bipiaAttacks('text', 'train'), ...bipiaAttacks('code', 'train')], 25, 1);

const weights = new Float64Array(buckets);
const squares = new Float64Array(buckets);
let bias = -3;
let biasSquares = 0;
const rate = 0.1;
const decay = 1e-5;
const dropped = 0.3;
const used = new Uint16Array(1024);
const order = learning.map((_, index) => index);
for (let epoch = 0; epoch < 12; epoch += 1) {
  for (let index = order.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [order[index], order[other]] = [order[other] as number, order[index] as number];
  }
  let loss = 0;
  for (const index of order) {
    const { features, weight, attack } = learning[index] as Example;
    let odds = bias;
    // Each time others are left out, so that no single word decides.
    let kept = 0;
    for (const feature of features) {
      if (random() < dropped) continue;
      used[kept] = feature;
      kept += 1;
      odds += weights[feature] as number;
    }
    const likely = 1 / (1 + Math.exp(-odds));
    const error = (likely - (attack ? 1 : 0)) * weight;
    loss -= weight * Math.log(Math.max(1e-12, attack ? likely : 1 - likely));
    for (let index = 0; index < kept; index += 1) {
      const feature = used[index] as number;
      const slope = error + decay * (weights[feature] as number);
      squares[feature] = (squares[feature] as number) + slope * slope;
      weights[feature] = (weights[feature] as number) - (rate * slope) / Math.sqrt((squares[feature] as number) + 1e-8);
    }
    biasSquares += error * error;
    bias -= (rate * error) / Math.sqrt(biasSquares + 1e-8);
  }
  console.log(`epoch ${epoch + 1}: loss ${(loss / learning.length).toFixed(4)}`);
}

const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
const unit = largest / 127;
const bytes = Int8Array.from(weights, (weight) => Math.round(weight / unit));
const oddsOf = (features: Uint16Array) =>
  features.reduce((sum, feature) => sum + (bytes[feature] as number) * unit, bias);
const highest = calibrating.map((text) => Math.max(-99, ...text.map(oddsOf))).sort((a, b) => b - a);
const exceeding = (share: number) => highest[Math.floor(highest.length * share)] ?? 0;
const rounded = (value: number) => Math.round(value * 1e6) / 1e6;
const suspicious = rounded(exceeding(0.015));
const injection = rounded(exceeding(0.003));
const folder = new URL('../content/prompt-model/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });
writeFileSync(
  `${folder}weights.json`,
  `${JSON.stringify({ version, weights: Buffer.from(bytes.buffer).toString('base64'), unit: rounded(unit), bias: rounded(bias), suspicious, injection }, null, 2)}\n`,
);
console.log(
  `${learning.length} sentences, ${learning.filter(({ attack }) => attack).length} of attacks; ${calibrating.length} texts set the thresholds: suspicious ${suspicious}, injection ${injection}`,
);
