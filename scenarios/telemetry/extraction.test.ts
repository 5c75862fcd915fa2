/**
 * A small model, its natural clients and those who attack it: who is found, after how many queries, beside PRADA on the same queries,
 * whose limit is set so that one in a hundred of the clients that it was set on is an alarm.
 */
import { beforeAll, expect, test } from 'vitest';
import detector from '../../packages/platform/src/detection/stream/extraction/client-queries.ts';
import { interval } from '../intervals.ts';
import { attackers, type Client, honest } from './clients.ts';
import { learnNatural, outcomeOf } from './replay.ts';
import { trainVictim } from './small-model.ts';

const victim = trainVictim('small');
const of = 20;
const queries = 512;
let learned: ReturnType<typeof learnNatural>;

beforeAll(() => {
  learned = learnNatural(victim, 70, 320);
}, 300_000);

function outcomes(name: string, client: Client, clients: number, each: number) {
  const running = detector.start(learned.state);
  const all = Array.from({ length: clients }, (_, number) =>
    outcomeOf(victim, { running, pradaLimit: learned.pradaLimit }, `${name} ${number}`, client, each),
  );
  const told = (by: 'ours' | 'prada') => {
    const found = all.flatMap((outcome) => outcome[by] ?? []).sort((a, b) => a - b);
    const median = found.length === 0 ? 'never' : `after ${found[Math.floor(found.length / 2)]} queries`;
    return {
      share: found.length / clients,
      text: `${found.length} of ${clients}, ${interval(found.length, clients)}, ${median}`,
    };
  };
  const [ours, prada] = [told('ours'), told('prada')];
  console.log(`${name}: ours ${ours.text}; PRADA ${prada.text}`);
  return ours.share;
}

test('the model is a real one', () => {
  expect(victim.right).toBeGreaterThan(0.85);
});

test('natural clients that it has never seen are left alone', () => {
  expect(outcomes('natural', honest, 150, 320)).toBeLessThanOrEqual(0.03);
}, 300_000);

/** The least share that must be found; 0 where nothing is claimed. */
const least: Readonly<Record<string, number>> = {
  random: 0.9,
  synthetic: 0.9,
  'mix, 25 % natural': 0.7,
  membership: 0.9,
  inversion: 0.9,
  'label-only boundary': 0.9,
};

test.each(Object.entries(attackers))('%s', (name, client) => {
  expect(outcomes(name, client, of, queries)).toBeGreaterThanOrEqual(least[name] ?? 0);
});
