import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsetOf } from '../graph/bitset.ts';
import { cutOfSteps, naiveHops, randomQuestions } from '../graph/random-hypergraph.ts';
import { group, smallWorld, step, thing } from '../graph/small-world.ts';
import { exposureOf } from './exposure.ts';
import { impactOf } from './impact.ts';
import { reachTable } from './reach-table.ts';

test('a table of reach is what walking the steps by hand gives, cuts and lost nodes included', () => {
  fc.assert(
    fc.property(randomQuestions(), ({ random, severed, without }) => {
      const { graph, nodes, steps } = random;
      const every = Array.from({ length: nodes }, (_, node) => node);
      const options = { cut: cutOfSteps(random, severed), without: bitsetOf(graph.nodeCount, without) };
      const table = reachTable(graph, every, every, options);
      const left = steps.filter((_, index) => !severed.includes(index));
      for (const start of every) {
        const reached = naiveHops(left, [start], without);
        expect(table.reachedFrom(start)).toEqual(every.filter((goal) => goal !== start && reached.has(goal)));
      }
    }),
    { numRuns: 300 },
  );
});

test('more than 32 starts keep their rows apart', () => {
  const names = Array.from({ length: 70 }, (_, index) => `n${String(index).padStart(2, '0')}`);
  const graph = smallWorld({
    nodes: names.map((name) => thing(name)),
    edges: { GO: names.slice(1).map((name, index) => step(name, names[index] as string)) },
  });
  const all = names.map((_, index) => index);
  const table = reachTable(graph.hypergraph, all, all);
  for (const start of all) expect(table.reachedFrom(start)).toEqual(all.slice(0, start));
});

const graph = smallWorld({
  nodes: [
    thing('a', { class: 'identity', about: { owner: 'team' } }),
    thing('b', { class: 'identity' }),
    thing('c', { class: 'identity' }),
    thing('gold', { jewel: 'weights', about: { impact: 9 } }),
    thing('log', { jewel: 'logs', about: { sensitivity: 'Public' } }),
    thing('far', { jewel: 'far away' }),
  ],
  edges: {
    READ: [step('a', group('both', ['gold', 'log'])), step('b', 'log')],
  },
});
const number = (name: string) => graph.resolve(`test:Thing/${name}`);

test('identities and assets are ranked by reach × impact', () => {
  const answer = exposureOf(graph, {
    identities: ['a', 'b', 'c'].map(number),
    protect: ['far', 'gold', 'log'].map(number),
    why: 1,
  });
  expect(answer.identities.map(({ name, owner, score, reaches }) => [name, owner, score, reaches])).toEqual([
    ['a', 'team', 10, [0, 1]],
    ['b', undefined, 1, [1]],
  ]);
  expect(answer.protected.map(({ name, impact, reachedBy, score }) => [name, impact, reachedBy, score])).toEqual([
    ['gold', { value: 9, from: 'stated' }, 1, 9],
    ['log', { value: 1, from: 'sensitivity' }, 2, 2],
    ['far', { value: 5, from: 'default' }, 0, 0],
  ]);
  expect(answer.why.map(({ start, goal, steps }) => [start.name, goal.name, steps.length])).toEqual([['a', 'gold', 1]]);
  expect(answer.counts).toEqual({ identities: 3, exposing: 2, protected: 3, exposed: 2, pairs: 3, score: 11 });
});

test.each([
  ['PII', 9],
  ['highly-confidential', 7],
  ['Restricted (regulated)', 9],
  ['internal use only', 4],
  ['publicity', 5],
])('%s counts as %i', (sensitivity, value) => {
  expect(impactOf(thing('x', { about: { sensitivity } })).value).toBe(value);
});

test('what is stated counts, within bounds', () => {
  expect(impactOf(thing('x', { about: { impact: 400, sensitivity: 'public' } }))).toEqual({
    value: 10,
    from: 'stated',
  });
});
