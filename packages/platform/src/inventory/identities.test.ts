import type { Tenure } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { idOf, smallWorld, step, thing } from '../graph/small-world.ts';
import { identitiesOf } from './identities.ts';

const now = new Date('2026-06-01T00:00:00Z');
const account = (name: string, tenure?: Tenure) =>
  thing(`Account/${name}`, { class: 'identity', ...(tenure === undefined ? {} : { tenure }) });

const graph = smallWorld({
  nodes: [
    account('shared', { created: '2026-05-01', lastUsed: '2026-05-31T12:00:00Z' }),
    account('old', { created: '2024-06-01', lastUsed: '2026-01-01', lifetime: 'static', access: 'standing' }),
    account('never', { created: '2026-01-01', lastUsed: 'never', lifetime: 'static' }),
    account('elsewhere', { created: '2025-01-01', lastUsed: '2026-05-30', lifetime: 'static' }),
    account('young', { created: '2026-05-25', lastUsed: 'never' }),
    account('expired', { expires: '2026-05-01', lifetime: 'static' }),
    account('unknown'),
    thing('Key/left', {
      class: 'credential',
      tenure: { lifetime: 'static', expires: '2027-06-01' },
      about: { owner: 'ml' },
    }),
    thing('Agent/helper', { class: 'agent' }),
    thing('Job/train', { class: 'pipeline' }),
    thing('Pod/helper'),
    thing('Pod/train'),
    thing('Pod/plain'),
    thing('gold', { jewel: 'weights', about: { impact: 8 } }),
  ],
  edges: {
    RUNS: [step('Agent/helper', 'Pod/helper'), step('Job/train', 'Pod/train')],
    ASSUMES: [
      step('Pod/helper', 'Account/shared'),
      step('Pod/train', 'Account/shared'),
      step('Pod/plain', 'Account/unknown'),
      step('Pod/plain', 'Account/old'),
    ],
    READ: [step('Account/shared', 'gold')],
  },
});
const rowsBy = (more: object = {}) =>
  new Map(identitiesOf(graph, { now, ...more }).identities.map((row) => [row.id.slice(5), row]));
const findings = (name: string) =>
  rowsBy()
    .get(name)
    ?.findings.map(({ finding }) => finding);

test.each([
  ['Account/shared', ['shared', 'several-functions']],
  ['Account/old', ['stale', 'static', 'standing']],
  ['Account/never', ['stale', 'unused', 'static', 'outlives-workload']],
  // used from somewhere that the estate does not show
  ['Account/elsewhere', ['static']],
  ['Account/young', ['unused']],
  ['Account/expired', ['unattached', 'expired', 'static']],
  ['Account/unknown', []],
  ['Key/left', ['unattached', 'static', 'outlives-workload']],
])('%s: %j', (name, expected) => {
  expect(findings(name)).toEqual(expected);
});

test('what is still to come by the clock is no age', () => {
  const early = identitiesOf(graph, { now: new Date('1990-01-01T00:00:00Z') });
  expect(early.identities.flatMap(({ days }) => [days.age, days.idle]).filter((span) => span !== undefined)).toEqual(
    [],
  );
  expect(early.counts).toMatchObject({ ageKnown: 0 });
});

test('a row says what is known', () => {
  expect(rowsBy().get('Account/shared')).toMatchObject({
    class: 'identity',
    days: { age: 31, idle: 0 },
    usedBy: [{ id: idOf('Agent/helper') }, { id: idOf('Job/train') }],
    functions: ['agent', 'training'],
    reaches: 1,
    score: 8,
  });
  expect(rowsBy().get('Key/left')).toMatchObject({ owner: 'ml', days: { left: 365 } });
  expect(rowsBy().get('Account/expired')?.days).toEqual({ left: -31 });
});

test('what reaches most comes first, and counts are of all', () => {
  const answer = identitiesOf(graph, { now, only: ['static', 'stale'] });
  expect(answer.identities.map(({ id }) => id.slice(5))).toEqual(['Account/never', 'Account/old']);
  expect(answer.counts).toMatchObject({ total: 8, lastUseKnown: 5, ageKnown: 5, expiryKnown: 2 });
  expect(answer.counts.findings.static).toBe(5);
  expect(identitiesOf(graph, { now }).identities[0]?.id).toBe(idOf('Account/shared'));
});

test('the threshold of staleness and the population can be chosen', () => {
  expect(
    rowsBy({ staleAfter: 200 * 86_400_000 })
      .get('Account/old')
      ?.findings.map(({ finding }) => finding),
  ).toEqual(['static', 'standing']);
  expect([...rowsBy({ query: 'kind = Key' }).keys()]).toEqual(['Key/left']);
});
