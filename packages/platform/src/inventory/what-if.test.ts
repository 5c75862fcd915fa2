import { expect, test } from 'vitest';
import { estateOf } from '../facts/estate.ts';
import { deriveGraph } from '../graph/derive-graph.ts';
import { fakeNodeRule, fakeRule, group, idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { whatIf } from './what-if.ts';

const nodes = [
  thing('a', { class: 'identity' }),
  thing('b', { class: 'identity' }),
  thing('pod'),
  thing('gold', { jewel: 'weights', about: { impact: 9 } }),
  thing('log', { jewel: 'logs', about: { impact: 1 } }),
];
const edges = {
  EXEC: [step('a', 'pod'), step('b', group('pods', ['pod']))],
  READ: [step('pod', group('data', ['gold', 'log'])), step('b', 'log', { facts: ['fact:b', 'grant'] })],
  JOIN: [step('a', 'gold', { with: [idOf('b')] })],
};
const graph = smallWorld({ nodes, edges });
const number = (name: string) => graph.resolve(idOf(name));
const asked = (...toggles: string[]) =>
  whatIf(graph, {
    toggles,
    identities: ['a', 'b'].map(number),
    protect: ['gold', 'log'].map(number),
    left: 5,
  });
const lost = (...toggles: string[]) =>
  asked(...toggles).relieved.map(({ name, loses, keeps }) => [name, loses.map((each) => each.name), keeps]);

test('before is exposure as it is', () => {
  expect(asked('EXEC test:Thing/a test:Thing/pod').before).toEqual({ exposing: 2, exposed: 2, pairs: 4, score: 20 });
});

test.each([
  ['an edge', 'EXEC test:Thing/a test:Thing/pod', [['a', ['gold', 'log'], 0]]],
  ['an edge as it is printed', 'EXEC  test:Thing/a → test:Thing/pod', [['a', ['gold', 'log'], 0]]],
  ['an edge with its remark', 'EXEC  test:Thing/a → test:Thing/pod  (some note)', [['a', ['gold', 'log'], 0]]],
  ['an edge through a group', 'EXEC test:Thing/b test:Thing/pod', [['b', ['gold'], 1]]],
  [
    'one member of a group only',
    'READ  test:Thing/pod → test:Thing/gold',
    [
      ['a', ['gold'], 1],
      ['b', ['gold'], 1],
    ],
  ],
  [
    'the fact of an edge into a group',
    'fact:pod',
    [
      ['a', ['gold', 'log'], 0],
      ['b', ['gold'], 1],
    ],
  ],
  [
    'the fact of a membership',
    'fact:member gold',
    [
      ['a', ['gold'], 1],
      ['b', ['gold'], 1],
    ],
  ],
  ['a second fact of an edge', 'grant', []],
  [
    'a node',
    'test:Thing/pod',
    [
      ['a', ['gold', 'log'], 0],
      ['b', ['gold'], 1],
    ],
  ],
  [
    'a node by its name',
    'thing/pod',
    [
      ['a', ['gold', 'log'], 0],
      ['b', ['gold'], 1],
    ],
  ],
  ['the start itself', 'test:Thing/a', [['a', ['gold', 'log'], 0]]],
  ['an edge with two holdings', 'JOIN  test:Thing/a + test:Thing/b → test:Thing/gold', []],
])('%s', (_, toggle, expected) => {
  expect(lost(toggle)).toEqual(expected);
});

test('several toggles count together', () => {
  expect(lost('grant', 'EXEC test:Thing/b test:Thing/pod')).toEqual([['b', ['gold', 'log'], 0]]);
  const one = 'READ test:Thing/pod test:Thing/gold';
  expect(lost(one, 'READ test:Thing/pod test:Thing/log')).toEqual(lost('fact:pod'));
  expect(lost(one, 'fact:pod')).toEqual(lost('fact:pod'));
});

test('what is left is told', () => {
  const { left, toggled, after } = asked('EXEC test:Thing/b test:Thing/pod');
  expect(left.map(({ start, goal }) => [start.name, goal.name])).toEqual([['b', 'log']]);
  expect(toggled).toEqual([{ toggle: 'EXEC test:Thing/b test:Thing/pod', is: 'edge', edges: 1 }]);
  expect(after).toEqual({ exposing: 2, exposed: 2, pairs: 3, score: 11 });
});

test.each([
  ['nothing/at-all', 'FB-NODE-UNKNOWN'],
  ['EXEC test:Thing/pod test:Thing/a', 'FB-TOGGLE-UNKNOWN'],
  ['EXEC test:Thing/pod', 'FB-TOGGLE-UNKNOWN'],
])('%j is refused', (toggle, code) => {
  expect(() => asked(toggle)).toThrow(expect.objectContaining({ code }));
});

test('a lever takes away every edge that names it, and no other', () => {
  const closing = (label: string, only: string) => ({
    ...fakeRule(label, edges[label as keyof typeof edges]),
    severedBy: ['close'],
    levers: (edge: { readonly to: string }) =>
      edge.to === idOf(only) ? [{ key: `close|{"what":"${only}"}`, action: 'close', params: { what: only } }] : [],
  });
  const levered = deriveGraph(
    estateOf([], []),
    [fakeNodeRule(nodes)],
    [fakeRule('EXEC', edges.EXEC), closing('READ', 'gold'), fakeRule('JOIN', edges.JOIN)],
  );
  const about = {
    identities: ['a', 'b'].map((name) => levered.resolve(idOf(name))),
    protect: [levered.resolve(idOf('gold')), levered.resolve(idOf('log'))],
    left: 0,
  };
  for (const toggle of ['close|{"what":"gold"}', 'close what=gold']) {
    const answer = whatIf(levered, { ...about, toggles: [toggle] });
    expect(answer.toggled).toEqual([{ toggle, is: 'lever', edges: 1 }]);
    expect(answer.relieved.map(({ name, loses }) => [name, loses.map((each) => each.name)])).toEqual([
      ['a', ['gold']],
      ['b', ['gold']],
    ]);
  }
  expect(() => whatIf(levered, { ...about, toggles: ['close what=door'] })).toThrow('FB-TOGGLE-UNKNOWN');
});
