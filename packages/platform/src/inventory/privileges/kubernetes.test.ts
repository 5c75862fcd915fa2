import type { AnyFact, PolicyRule } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalise } from '../../connectors/kubernetes/normalise.ts';
import { estateOf } from '../../facts/estate.ts';
import { deriveGraph } from '../../graph/derive-graph.ts';
import { ruleAllows } from '../../graph/kubernetes/rbac.ts';
import { nodeRules } from '../../graph/nodes/index.ts';
import { privilegesOf } from '../privileges.ts';
import { AuditRecord } from './audit-event.ts';
import { rulesFor } from './kubernetes.ts';

const rbac = 'rbac.authorization.k8s.io/v1';
const account = (name: string) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'prod' } });
const role = (name: string, rules: readonly object[]) => ({
  apiVersion: rbac,
  kind: 'Role',
  metadata: { name, namespace: 'prod' },
  rules,
});
const binding = (name: string, to: string, accounts: readonly string[], kind = 'Role') => ({
  apiVersion: rbac,
  kind: 'RoleBinding',
  metadata: { name, namespace: 'prod' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: to },
  subjects: accounts.map((each) => ({ kind: 'ServiceAccount', name: each, namespace: 'prod' })),
});
const event = (name: string, verb: string, resource: string, more: object = {}) => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  stage: 'ResponseComplete',
  verb,
  user: { username: `system:serviceaccount:prod:${name}`, groups: ['system:serviceaccounts'] },
  objectRef: { resource, namespace: 'prod' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: '2026-05-01T10:00:00.123456Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
  ...more,
});

function privileges(objects: readonly object[], events: readonly unknown[]) {
  const facts = objects.flatMap<AnyFact>(
    (object) => normalise(object as never, { locator: 'test', defaultNamespace: 'prod' }).facts,
  );
  const graph = deriveGraph(estateOf(facts, []), nodeRules, []);
  const record = new AuditRecord('audit.log');
  for (const each of events) record.add(each);
  const used = events.length === 0 ? [] : [record.finish()];
  const answer = privilegesOf(graph, { query: 'class = identity', now: new Date(0), used });
  return { answer, of: (name: string) => answer.identities.find((row) => row.id.endsWith(`/prod/${name}`)) };
}

const wide = role('wide', [
  { apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['get', 'list', 'delete'] },
  { apiGroups: ['apps'], resources: ['*'], verbs: ['*'] },
]);

test('without a record of use nobody can tell, and nothing is proposed', () => {
  const { answer, of } = privileges([account('a'), wide, binding('b', 'wide', ['a'])], []);
  expect(of('a')).toMatchObject({ verdict: 'cannot-tell', proposals: [] });
  expect(of('a')?.granted.map(({ what, used }) => [what, used])).toEqual([
    ['get, list, delete pods, secrets in prod', 'unknown'],
    ['* * (apps) in prod', 'unknown'],
  ]);
  expect(answer.evidence).toEqual([]);
});

test('a role is narrowed to what was used', () => {
  const { of, answer } = privileges(
    [account('a'), wide, binding('b', 'wide', ['a'])],
    [
      event('a', 'get', 'pods'),
      event('a', 'list', 'pods'),
      event('a', 'patch', 'deployments', {
        objectRef: { resource: 'deployments', subresource: 'scale', namespace: 'prod', apiGroup: 'apps', name: 'web' },
      }),
    ],
  );
  expect(of('a')).toMatchObject({ verdict: 'over-granted' });
  expect(of('a')?.granted.map(({ used, lastUsed }) => [used, lastUsed])).toEqual([
    ['partly', '2026-05-01T10:00:00.123Z'],
    ['partly', '2026-05-01T10:00:00.123Z'],
  ]);
  const [proposal] = of('a')?.proposals ?? [];
  expect(proposal).toMatchObject({
    object: 'kubernetes:Role/prod/wide',
    format: 'yaml',
    remove: false,
    alsoHeldBy: [],
  });
  const added = proposal?.diff.split('\n').filter((line) => line.startsWith('+') && !line.startsWith('+++'));
  expect(added).toEqual(['+      - deployments/scale', '+      - patch']);
  expect(proposal?.diff).toContain('-      - secrets');
  expect(answer.evidence).toEqual([
    { source: 'audit.log', events: 3, from: '2026-05-01T10:00:00.123Z', to: '2026-05-01T10:00:00.123Z' },
  ]);
});

test('all used is right-sized; nothing used is unused and the binding goes', () => {
  const small = role('small', [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
  const { of } = privileges(
    [account('a'), account('c'), small, binding('b', 'small', ['a', 'c']), binding('d', 'small', ['c'])],
    [event('a', 'get', 'pods')],
  );
  expect(of('a')).toMatchObject({ verdict: 'right-sized', proposals: [] });
  expect(of('c')).toMatchObject({ verdict: 'unused' });
  expect(of('c')?.proposals.map(({ object, remove, alsoHeldBy }) => [object, remove, alsoHeldBy.length])).toEqual([
    ['kubernetes:RoleBinding/prod/b', false, 1],
    ['kubernetes:RoleBinding/prod/d', true, 0],
  ]);
  expect(of('c')?.proposals[0]?.diff).toContain('-    name: c');
});

test('a role that others use too stays; the grant gets one of its own', () => {
  const { of } = privileges(
    [account('a'), account('c'), wide, binding('b', 'wide', ['a']), binding('d', 'wide', ['c'])],
    [event('a', 'get', 'pods')],
  );
  const [proposal] = of('a')?.proposals ?? [];
  expect(proposal?.object).toBe('kubernetes:RoleBinding/prod/b');
  expect(proposal?.diff).toContain('+  name: b-right-sized');
  expect(proposal?.diff).toContain('+kind: Role');
});

test('only what was allowed counts, in its namespace, once per event', () => {
  const objects = [account('a'), wide, binding('b', 'wide', ['a'])];
  const refused = [
    event('a', 'get', 'pods', { annotations: { 'authorization.k8s.io/decision': 'forbid' } }),
    event('a', 'get', 'pods', { annotations: {}, responseStatus: { code: 403 } }),
    event('a', 'get', 'pods', { stage: 'RequestReceived' }),
    event('a', 'get', 'pods', { objectRef: { resource: 'pods', namespace: 'test' } }),
    event('other', 'get', 'pods'),
    { kind: 'Pod' },
    'no event',
  ];
  expect(privileges(objects, refused).of('a')?.verdict).toBe('unused');
});

test('who impersonates used the right to; what is done is done by the other', () => {
  const objects = [
    account('a'),
    account('c'),
    role('may', [{ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['impersonate'], resourceNames: ['c'] }]),
    wide,
    binding('b', 'may', ['a']),
    binding('d', 'wide', ['c']),
  ];
  const acting = event('a', 'get', 'secrets', { impersonatedUser: { username: 'system:serviceaccount:prod:c' } });
  const { of } = privileges(objects, [acting]);
  expect(of('a')).toMatchObject({ verdict: 'right-sized' });
  expect(of('c')?.granted[0]).toMatchObject({ used: 'partly' });
});

test('right-sized rules allow all that was used, and nothing that was not granted', () => {
  const word = (...words: string[]) => fc.uniqueArray(fc.constantFrom(...words), { minLength: 1, maxLength: 3 });
  const rule: fc.Arbitrary<PolicyRule> = fc.record({
    apiGroups: word('', 'apps', '*'),
    resources: word('pods', 'pods/exec', '*/exec', 'secrets', '*'),
    verbs: word('get', 'list', 'create', '*'),
    resourceNames: fc.oneof(fc.constant<string[]>([]), word('one', 'two')),
    nonResourceURLs: fc.constant<string[]>([]),
  });
  const wish = fc.record(
    {
      verb: fc.constantFrom('get', 'list', 'create', 'delete'),
      group: fc.constantFrom('', 'apps', 'batch'),
      resource: fc.constantFrom('pods', 'pods/exec', 'secrets', 'jobs/exec'),
      name: fc.constantFrom('one', 'two', 'three'),
      at: fc.constant('2026-01-01T00:00:00.000Z'),
    },
    { requiredKeys: ['verb', 'group', 'resource', 'at'] },
  );
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 4 }),
      fc.array(wish, { maxLength: 8 }),
      fc.array(wish, { maxLength: 20 }),
      (rules, done, tried) => {
        const allowed = (list: readonly PolicyRule[], each: (typeof done)[number]) =>
          list.some((one) => ruleAllows(one, { ...each, name: each.name }));
        const used = done.filter((each) => allowed(rules, each));
        const sized = rulesFor(rules, used);
        for (const each of used) expect(allowed(sized, each)).toBe(true);
        for (const each of tried) if (!allowed(rules, each)) expect(allowed(sized, each)).toBe(false);
        for (const each of sized)
          expect([...each.verbs, ...each.resources, ...each.apiGroups].some((text) => text.includes('*'))).toBe(false);
      },
    ),
    { numRuns: 500 },
  );
});
