import { aiToolsSchema } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { aiToolsOf } from './ai-tools.ts';

const graph = smallWorld({
  nodes: [
    thing('Agent/helper', { class: 'agent', about: { owner: 'desk' } }),
    thing('Agent/alone', { class: 'agent' }),
    thing('Server/warehouse', { class: 'tool' }),
    thing('Tool/query', { class: 'tool' }),
    thing('Pod/helper'),
    thing('Pod/other'),
    thing('Account/helper', { class: 'identity', tenure: { lifetime: 'short-lived', access: 'standing' } }),
    thing('Key/warehouse', { class: 'credential', tenure: { lifetime: 'static', lastUsed: '2026-05-01' } }),
    thing('Role/reader', { class: 'permission' }),
  ],
  edges: {
    RUNS: [step('Pod/helper', 'Agent/helper')],
    CALLS: [step('Agent/helper', 'Server/warehouse'), step('Server/warehouse', 'Tool/query')],
    ASSUMES: [step('Pod/helper', 'Account/helper'), step('Pod/other', 'Account/helper')],
    HOLDS: [step('Server/warehouse', 'Key/warehouse')],
    GRANTED: [step('Account/helper', 'Role/reader')],
  },
});
const tool = (name: string, seen = new Map()) => aiToolsOf(graph, seen).tools.find(({ id }) => id === idOf(name));

test('an agent acts with the identity of its workload, and that is said', () => {
  expect(tool('Agent/helper')).toMatchObject({
    owner: 'desk',
    runBy: [{ id: idOf('Pod/helper') }],
    actsAs: [
      {
        id: idOf('Account/helper'),
        lasts: 'ephemeral',
        of: 'workload',
        grants: [{ id: idOf('Role/reader') }],
        sharedWith: [{ id: idOf('Pod/other') }],
      },
    ],
  });
});

test('a tool server with a key of its own; its functions are parts of it', () => {
  expect(tool('Server/warehouse')?.actsAs).toMatchObject([
    { id: idOf('Key/warehouse'), lasts: 'long-lived', of: 'itself' },
  ]);
  expect(tool('Tool/query')).toBeUndefined();
});

test('nothing known is nothing said', () => {
  expect(tool('Agent/alone')).toMatchObject({ runBy: [], actsAs: [], calls: [] });
  expect(tool('Agent/alone')).not.toHaveProperty('lastSeen');
});

test('last seen is the newest of what it, its workload or its identity did', () => {
  const seen = new Map([
    [idOf('Pod/helper'), { time: '2026-05-01T00:00:00.000Z', operation: 'execute_tool query' }],
    [idOf('Account/helper'), { time: '2026-05-02T00:00:00.000Z', operation: 'get secrets' }],
  ]);
  expect(tool('Agent/helper', seen)?.lastSeen).toEqual({
    time: '2026-05-02T00:00:00.000Z',
    operation: 'get secrets',
    as: idOf('Account/helper'),
  });
  const answer = aiToolsOf(graph, seen);
  expect(aiToolsSchema.parse(answer).counts).toEqual({ total: 3, identified: 2, longLived: 1, seen: 1 });
  expect(answer.tools[0]?.id).toBe(idOf('Agent/helper'));
});
