import { expect, test } from 'vitest';
import { group, idOf, type SmallWorld, smallWorld, step, thing } from '../graph/small-world.ts';
import { differenceOf } from './difference.ts';

const nodes = [
  thing('a', { class: 'identity' }),
  thing('b', { class: 'identity', labels: { tier: 'one', zone: 'x' } }),
  thing('pod'),
  thing('gold', { jewel: 'weights', about: { impact: 9 } }),
  thing('log', { jewel: 'logs', about: { impact: 1 } }),
];
const edges = { EXEC: [step('a', 'pod')], READ: [step('pod', group('data', ['gold'])), step('b', 'log')] };
const asked = { identities: 'class = identity', protect: ['jewel'], now: new Date(0), why: 1 };
const compare = (before: Partial<SmallWorld>, after: Partial<SmallWorld>) =>
  differenceOf(smallWorld({ nodes, edges, ...before }), smallWorld({ nodes, edges, ...after }), asked);
const pairs = (list: readonly { identity: { name: string }; asset: { name: string }; because: string }[]) =>
  list.map(({ identity, asset, because }) => [identity.name, asset.name, because]);

test('nothing changed is nothing', () => {
  const same = compare({}, {});
  expect(same.reach).toEqual({ gained: [], lost: [] });
  expect(same.objects).toEqual({ added: [], removed: [], changed: [] });
  expect(same.edges).toEqual([]);
  expect(same.counts).toEqual({ gained: 0, lost: 0, scoreBefore: 10, scoreAfter: 10 });
});

test('a new edge is new reach, with the new way; a lost one the way that is gone', () => {
  const after = {
    edges: { ...edges, EXEC: [step('a', 'pod'), step('b', 'pod')], READ: [step('pod', group('data', ['gold']))] },
  };
  const answer = compare({}, after);
  expect(pairs(answer.reach.gained)).toEqual([['b', 'gold', 'access']]);
  expect(answer.reach.gained[0]?.path?.steps.map(({ type }) => type)).toEqual(['EXEC', 'READ']);
  expect(pairs(answer.reach.lost)).toEqual([['b', 'log', 'access']]);
  expect(answer.reach.lost[0]?.path?.steps.map(({ type, to }) => [type, to.id])).toEqual([['READ', idOf('log')]]);
  expect(answer.edges).toEqual([
    { type: 'EXEC', added: 1, removed: 0 },
    { type: 'READ', added: 0, removed: 1 },
  ]);
  expect(answer.counts).toEqual({ gained: 1, lost: 1, scoreBefore: 10, scoreAfter: 18 });
});

test('what is new itself is told from what only became reachable', () => {
  const more = {
    nodes: [...nodes, thing('c', { class: 'identity' }), thing('new', { jewel: 'x', about: { impact: 5 } })],
    edges: { ...edges, JOIN: [step('c', 'gold'), step('a', 'new')] },
  };
  expect(pairs(compare({}, more).reach.gained)).toEqual([
    ['c', 'gold', 'identity'],
    ['a', 'new', 'asset'],
  ]);
  expect(pairs(compare(more, {}).reach.lost)).toEqual([
    ['c', 'gold', 'identity'],
    ['a', 'new', 'asset'],
  ]);
  expect(compare({}, more).objects.added.map(({ name }) => name)).toEqual(['c', 'new']);
});

test('an object changed in what it says, not in the order in which it says it', () => {
  const [a, b, ...others] = nodes as [(typeof nodes)[0], (typeof nodes)[0], ...typeof nodes];
  const reordered = { nodes: [a, { ...b, labels: { zone: 'x', tier: 'one' }, facts: ['elsewhere'] }, ...others] };
  expect(compare({}, reordered).objects.changed).toEqual([]);
  const changed = { nodes: [{ ...a, about: { owner: 'x' } }, { ...b, labels: { tier: 'two', zone: 'x' } }, ...others] };
  expect(compare({}, changed).objects.changed.map(({ name, fields }) => [name, fields])).toEqual([
    ['a', ['about']],
    ['b', ['labels']],
  ]);
});
