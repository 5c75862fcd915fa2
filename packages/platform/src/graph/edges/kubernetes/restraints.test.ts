/** What admission refuses is no step, except for those who can lift it: the rules of new pods and of changes on small worlds. */
import { type Denial, lever } from '@firebreak/contract';
import { describe, expect, test } from 'vitest';
import type { ApiObject } from '../../../connectors/kubernetes/api.ts';
import { denialObjects } from '../../../connectors/kubernetes/denial/policy.ts';
import { deriveGraph } from '../../derive-graph.ts';
import { nodeRules } from '../../nodes/index.ts';
import { edgeRules } from '../index.ts';
import {
  account,
  binding,
  can,
  canEverywhere,
  estate,
  namespace,
  node,
  object,
  pod,
  type World,
  workload,
} from './cases/world.case.ts';

const set = 'PermissionSet/prod/who::who';
const quota = (spec: object, name = 'any', home = 'prod'): ApiObject =>
  object('v1', 'ResourceQuota', name, { spec }, { namespace: home });
const frozen = quota({ hard: { pods: '0' } });
const denying = (of: Denial): ApiObject[] => Object.values(denialObjects(of, 'ours'));
const noAccount = denying({ deny: 'account', namespace: 'prod', serviceAccount: 'sa' });

function edges(world: World, label: string): string[] {
  const found = [...deriveGraph(estate(world), nodeRules, edgeRules, {}).liveEdges()].filter(
    ({ type }) => type === label,
  );
  return found
    .map(({ from, with: also, to }) => `${[from, ...also].join(' + ')} -> ${to}`.replaceAll('kubernetes:', ''))
    .sort();
}
function leversOf(world: World, label: string, words: string): string[] {
  const now = estate(world);
  const graph = deriveGraph(now, nodeRules, edgeRules, {});
  for (const edge of graph.liveEdges())
    if (edge.type === label && `${edge.from} -> ${edge.to}`.replaceAll('kubernetes:', '') === words)
      return edge.rule.levers(edge, now).map(({ action }) => action);
  throw new Error(`no ${label} ${words}`);
}

describe('a namespace without new pods', () => {
  const maker = [...can('who', ['create pods']), account('sa')];
  const given = `${set} -> ServiceAccount/prod/sa`;

  test.each([
    ['a quota of zero pods', frozen],
    ['written as a number', quota({ hard: { pods: 0 } })],
    ['counted as objects', quota({ hard: { 'count/pods': '0' } })],
  ])('%s', (_, each) => {
    expect(edges(maker, 'POD_CREATE')).toContain(given);
    expect(edges([...maker, each], 'POD_CREATE')).toEqual([]);
    expect(edges([...can('who', ['create deployments@apps']), account('sa'), each], 'WORKLOAD_CREATE')).toEqual([]);
  });

  test.each([
    ['one pod is left', quota({ hard: { pods: '1' } })],
    ['of another resource', quota({ hard: { 'requests.cpu': '0' } })],
    ['only for some pods', quota({ hard: { pods: '0' }, scopes: ['BestEffort'] })],
    [
      'only for a priority class',
      quota({
        hard: { pods: '0' },
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
      }),
    ],
    ['of another namespace', quota({ hard: { pods: '0' } }, 'any', 'dev')],
  ])('does not count: %s', (_, each) => expect(edges([...maker, each], 'POD_CREATE')).toContain(given));

  test('whoever may lift it takes the step with that right too, and alone if it is theirs', () => {
    const lifted = `${set} + PermissionSet/prod/ops::ops -> ServiceAccount/prod/sa`;
    expect(edges([...maker, frozen, ...can('ops', ['delete resourcequotas'])], 'POD_CREATE')).toContain(lifted);
    expect(edges([...maker, frozen, ...can('ops', ['patch resourcequotas any'])], 'POD_CREATE')).toContain(lifted);
    expect(edges([...maker, frozen, ...can('ops', ['patch resourcequotas other'])], 'POD_CREATE')).toEqual([]);
    expect(edges([...maker, frozen, ...can('ops', ['update resourcequotas/status'])], 'POD_CREATE')).toEqual([]);
    const both = can('who', ['create pods', 'delete resourcequotas']);
    expect(edges([...both, account('sa'), frozen], 'POD_CREATE')).toContain(given);
    expect(leversOf([...both, account('sa')], 'POD_CREATE', given)).not.toContain('kubernetes.freeze-namespace');
    expect(leversOf([...maker, ...can('ops', ['delete resourcequotas'])], 'POD_CREATE', given)).not.toContain(
      'kubernetes.freeze-namespace',
    );
  });

  test('elsewhere in the cluster the right goes on', () => {
    const world = [...canEverywhere('who', ['create pods']), account('sa'), account('sb', {}, 'dev'), frozen];
    expect(edges(world, 'POD_CREATE').filter((edge) => edge.includes('ServiceAccount/'))).toEqual([
      'PermissionSet/who::who -> ServiceAccount/dev/sb',
    ]);
  });

  test('the host is out of reach where no other namespace admits such a pod', () => {
    const world = [...canEverywhere('who', ['create pods']), node('n1'), namespace('prod'), frozen];
    const byMaker = (each: World) => edges(each, 'POD_PLACEMENT').filter((edge) => edge.startsWith('PermissionSet'));
    expect(byMaker(world)).toEqual([]);
    expect(byMaker([...world, namespace('dev', 'baseline')])).toEqual([]);
    expect(byMaker([...world, namespace('dev')])).toEqual(['PermissionSet/who::who -> Node/n1']);
  });

  test('a template counts for nothing without new pods', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', controller: true };
    const world = [workload('Deployment', 'web'), pod('web', {}, {}, { ownerReferences: [owner] }), account('sa')];
    expect(edges(world, 'WORKLOAD_CONTROL')).toContain('Deployment/prod/web -> Pod/prod/web');
    expect(edges([...world, frozen], 'WORKLOAD_CONTROL')).toEqual([]);
  });
});

describe('an account that no new pod may have', () => {
  const maker = [...can('who', ['create pods']), account('sa'), account('sb')];
  const given = `${set} -> ServiceAccount/prod/sa`;

  test('is not given, and others are', () => {
    const left = edges([...maker, ...noAccount], 'POD_CREATE');
    expect(left).not.toContain(given);
    expect(left).toContain(`${set} -> ServiceAccount/prod/sb`);
  });

  test('its cloud identity neither', () => {
    const meta = { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/models' } };
    const world = [...can('who', ['create pods']), object('v1', 'ServiceAccount', 'sa', {}, meta)];
    const cloud = `${set} -> Credential/prod/sa/aws-role`;
    expect(edges(world, 'POD_CREATE')).toContain(cloud);
    expect(edges([...world, ...noAccount], 'POD_CREATE')).not.toContain(cloud);
  });

  test('a policy without a binding, with a narrow one, or that only looks like ours denies nothing', () => {
    const [policy = {}, bound = {}] = noAccount;
    const narrow = {
      ...bound,
      spec: { ...(bound.spec as object), matchResources: { namespaceSelector: { matchLabels: { a: 'b' } } } },
    };
    const warns = { ...bound, spec: { ...(bound.spec as object), validationActions: ['Warn'] } };
    const similar = {
      ...policy,
      spec: { ...(policy.spec as object), matchConditions: [{ name: 'x', expression: 'false' }] },
    };
    for (const world of [[policy], [bound], [policy, narrow], [policy, warns], [similar, bound]])
      expect(edges([...maker, ...world], 'POD_CREATE')).toContain(given);
  });

  test('who may delete bindings goes past it', () => {
    const ops = canEverywhere('ops', ['delete validatingadmissionpolicybindings@admissionregistration.k8s.io']);
    const left = edges([...maker, ...noAccount, ...ops], 'POD_CREATE');
    expect(left).not.toContain(given);
    expect(left).toContain(`${set} + PermissionSet/ops::ops -> ServiceAccount/prod/sa`);
  });
});

describe('what one identity may not change', () => {
  const writes = (of: Partial<Extract<Denial, { deny: 'writes' }>>): ApiObject[] =>
    denying({
      deny: 'writes',
      subject: { kind: 'ServiceAccount', namespace: 'prod', name: 'who' },
      group: '',
      resources: ['pods/exec'],
      ...of,
    });
  const world = [...can('who', ['create pods/exec']), pod('a')];
  const step = `${set} -> Pod/prod/a`;

  test.each([
    ['exactly this', writes({})],
    ['in its namespace', writes({ namespace: 'prod' })],
    ['everything', writes({ group: '*', resources: ['*/*'] })],
  ])('denied: %s', (_, each) => expect(edges([...world, ...each], 'POD_EXEC')).toEqual([]));

  test.each([
    ['somebody else', writes({ subject: { kind: 'User', name: 'who' } })],
    ['another namespace', writes({ namespace: 'dev' })],
    ['another resource', writes({ resources: ['pods'] })],
    ['all resources, but not what is below them', writes({ resources: ['*'] })],
    ['another group', writes({ group: 'apps' })],
  ])('not denied: %s', (_, each) => expect(edges([...world, ...each], 'POD_EXEC')).toContain(step));

  test('as long as one of several may, the right is there', () => {
    const two = [
      ...can('who', ['create pods/exec']).slice(0, 1),
      object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'who', {
        ...binding('Role', 'who', 'who'),
        subjects: [
          { kind: 'ServiceAccount', name: 'who', namespace: 'prod' },
          { kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' },
        ],
      }),
      pod('a'),
    ];
    expect(edges([...two, ...writes({})], 'POD_EXEC')).toContain(step);
    expect(leversOf(two, 'POD_EXEC', step)).toEqual(['kubernetes.delete-pod']);
  });

  test('reading is never denied, and impersonating is no change', () => {
    const all = writes({ group: '*', resources: ['*/*'] });
    const reader = [...can('who', ['get secrets']), object('v1', 'Secret', 's', { type: 'Opaque' })];
    expect(edges([...reader, ...all], 'SECRET_READ')).toHaveLength(1);
    const other = [...canEverywhere('who', ['impersonate serviceaccounts']), account('sb')];
    expect(edges([...other, ...all], 'IDENTITY_IMPERSONATE').length).toBeGreaterThan(0);
  });

  test('the lever names the identity and the right', () => {
    const now = estate(world);
    const rule = edgeRules.find(({ label }) => label === 'POD_EXEC');
    const edge = { type: 'POD_EXEC', from: `kubernetes:${set}`, with: [], to: 'kubernetes:Pod/prod/a', facts: [] };
    expect(rule?.levers(edge, now)).toContainEqual(
      lever('kubernetes.deny-admission', {
        deny: 'writes',
        subject: { kind: 'ServiceAccount', namespace: 'prod', name: 'who' },
        group: '',
        resources: ['pods/exec'],
        namespace: 'prod',
      }),
    );
  });
});
