import { expect, test } from 'vitest';
import { idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { thirdPartiesOf } from './third-parties.ts';

const graph = smallWorld({
  nodes: [
    thing('Service/llm', {
      class: 'endpoint',
      about: {
        vendor: 'Acme',
        hosting: 'saas',
        owner: 'ml',
        sla: '99.9',
        permittedUse: ['chat'],
        duties: { 'Breach notification': '72 h', 'audit logs': 'on request' },
      },
    }),
    thing('Service/store', { class: 'vector-store', about: { vendor: 'Zeta' } }),
    thing('Service/quiet', { class: 'tool', about: { vendor: 'Quiet' } }),
    thing('Data/orders', { class: 'dataset', jewel: 'orders', about: { sensitivity: 'pii' } }),
    thing('Prompt/system', { class: 'prompt' }),
    thing('Account/app', { class: 'identity' }),
  ],
  edges: {
    STATED_READ: [step('Service/llm', 'Prompt/system')],
    WRITES: [step('Service/store', 'Data/orders'), step('Data/orders', 'Prompt/system')],
    KEY: [step('Account/app', 'Service/llm')],
  },
});
const { vendors } = thirdPartiesOf(graph);

test('vendors, those that reach what is worth most first', () => {
  expect(
    vendors.map(({ vendor, reaches, reachedFrom }) => [vendor, reaches.map(({ id }) => id.slice(5)), reachedFrom]),
  ).toEqual([
    ['Zeta', ['Data/orders', 'Prompt/system'], 0],
    ['Acme', ['Prompt/system'], 1],
    ['Quiet', [], 0],
  ]);
  expect(vendors[0]?.why).toMatchObject({ start: { id: idOf('Service/store') }, goal: { id: idOf('Data/orders') } });
  expect(vendors[0]?.reaches[0]).toMatchObject({ sensitivity: 'pii', jewel: 'orders' });
});

test('what can be taken away to constrain them, and what nobody stated', () => {
  expect(vendors[1]?.constrain).toEqual([
    expect.objectContaining({
      type: 'STATED_READ',
      to: expect.objectContaining({ id: idOf('Prompt/system') }),
      cut: 'how to cut STATED_READ',
    }),
  ]);
  expect(vendors[1]?.missing).toEqual([]);
  expect(vendors[0]?.missing).toEqual([
    'notification window',
    'access to evidence',
    'owner on our side',
    'SLA',
    'permitted use',
  ]);
});

test('reading and changing are told apart where the estate does', () => {
  const apart = smallWorld({
    nodes: [
      thing('Service/a', { class: 'endpoint', about: { vendor: 'A' } }),
      thing('Service/b', { class: 'endpoint', about: { vendor: 'B' } }),
      thing('Data/orders', { class: 'dataset' }),
      thing('DataWrite/orders', { class: 'update-channel' }),
    ],
    edges: { READ: [step('Service/a', 'Data/orders')], WRITE: [step('Service/b', 'DataWrite/orders')] },
  });
  const found = thirdPartiesOf(apart).vendors;
  expect(found.map(({ vendor, reaches }) => [vendor, reaches.map(({ name, access }) => [name, access])])).toEqual([
    ['A', [['orders', 'read']]],
    ['B', [['orders', 'write']]],
  ]);
  expect(found[1]?.why?.goal.id).toBe(idOf('DataWrite/orders'));
});
