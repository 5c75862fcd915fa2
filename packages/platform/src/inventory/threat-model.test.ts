import { expect, test } from 'vitest';
import { idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { threatModelOf } from './threat-model.ts';
import { threatModelMarkdown } from './threat-model-markdown.ts';

const graph = smallWorld({
  nodes: [
    thing('Model/llm', { class: 'model', jewel: 'the | weights', about: { owner: 'ml', impact: 9 } }),
    thing('Account/near', { class: 'identity' }),
    thing('Account/far', { class: 'identity' }),
    thing('Account/none', { class: 'identity' }),
    thing('Account/half', { class: 'identity' }),
    thing('Endpoint/web', { class: 'endpoint' }),
    thing('Pod/a`b|c\n# x'),
    thing('Gate/one'),
  ],
  edges: {
    EXPLOIT: [step('Endpoint/web', 'Pod/a`b|c\n# x', { likelihood: 0.2 })],
    STEAL: [step('Pod/a`b|c\n# x', 'Gate/one'), step('Account/near', 'Gate/one'), step('Account/far', 'Account/near')],
    BOTH: [step('Account/half', 'Gate/one', { with: [idOf('Account/none')] })],
    READ: [step('Gate/one', 'Model/llm')],
  },
});
const model = threatModelOf(graph, graph.resolve(idOf('Model/llm')));

test('entry points are those that get there alone, each class with its best way', () => {
  expect(
    model.entryPoints.map(({ class: kind, of, reach, nearest, steps, likelihood }) => [
      kind,
      of,
      reach,
      nearest.id.slice(5),
      steps,
      likelihood,
    ]),
  ).toEqual([
    ['endpoint', 1, 1, 'Endpoint/web', 3, 0.2],
    ['identity', 4, 2, 'Account/near', 2, 1],
    ['workload', 2, 2, 'Gate/one', 1, 1],
  ]);
  expect(model.threats.map(({ start }) => start.id.slice(5))).toEqual(['Gate/one', 'Account/near', 'Endpoint/web']);
});

test('mitigations are the steps that most threats take; gaps are what nobody said', () => {
  expect(model.mitigations[0]).toMatchObject({ type: 'READ', threats: 3, cut: 'how to cut READ', levers: [] });
  expect(model.techniques).toEqual([{ id: 'T1609', framework: 'ATT&CK', steps: ['EXPLOIT', 'READ', 'STEAL'] }]);
  expect(model.gaps).toEqual([
    'Nobody stated its hosting.',
    'Nobody stated its SLA.',
    'Nobody stated its permitted use.',
  ]);
  expect(model.impact).toEqual({ value: 9, from: 'stated' });
});

test('as a document no name becomes markup', () => {
  const text = threatModelMarkdown(model);
  expect(text).toContain('# Threat model: `test:Model/llm`');
  expect(text).toContain('``  '.trim());
  expect(text).not.toMatch(/^# x/m);
  expect(text).toContain('`` test:Pod/a`b|c # x ``');
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# Threat model: `test:Model/llm`',
    '## Entry points',
    '## Threats',
    '### 1. From `test:Gate/one`',
    '### 2. From `test:Account/near`',
    '### 3. From `test:Endpoint/web`',
    '## Techniques',
    '## Mitigations',
    '## Not known',
  ]);
});

test('an asset that nothing reaches has no threats', () => {
  const alone = smallWorld({ nodes: [thing('a', { class: 'model' })], edges: {} });
  const empty = threatModelOf(alone, 0);
  expect([empty.entryPoints, empty.threats, empty.chokepoints]).toEqual([[], [], []]);
  expect(threatModelMarkdown(empty)).toContain('Nothing in the estate reaches it.');
});

test('an asset is threatened by whoever can change it as well', () => {
  const apart = smallWorld({
    nodes: [
      thing('Model/m', { class: 'model' }),
      thing('ModelWrite/m', { class: 'update-channel' }),
      thing('Account/reader', { class: 'identity' }),
      thing('Job/train', { class: 'pipeline' }),
    ],
    edges: { READ: [step('Account/reader', 'Model/m')], PRODUCES: [step('Job/train', 'ModelWrite/m')] },
  });
  const { threats } = threatModelOf(apart, apart.resolve(idOf('Model/m')));
  expect(threats.map(({ start, goal }) => [start.id.slice(5), goal.id.slice(5)]).sort()).toEqual([
    ['Account/reader', 'Model/m'],
    ['Job/train', 'ModelWrite/m'],
  ]);
});

test('a bar after a backslash ends no cell', () => {
  const evil = 'Pod/\\| <img src=x> [a](http://evil.example) |';
  const world = smallWorld({
    nodes: [thing('Model/llm', { class: 'model' }), thing(evil)],
    edges: { READ: [step(evil, 'Model/llm')] },
  });
  const row = threatModelMarkdown(threatModelOf(world, world.resolve(idOf('Model/llm'))))
    .split('\n')
    .find((line) => line.startsWith('| workload'));
  expect(row?.match(/\|/g)).toHaveLength(7);
  expect(row).not.toMatch(/[<[\\]/);
});
