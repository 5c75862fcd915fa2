/** Workload → SPIFFE ID → cloud role: by selectors that are all true, and by issuer and subject. */
import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { normalise } from '../../../connectors/kubernetes/normalise.ts';
import deleteEntry from '../../../connectors/spiffe/actions/delete-entry.ts';
import { SpiffeDraft } from '../../../connectors/spiffe/draft.ts';
import { readRegistration } from '../../../connectors/spiffe/registration.ts';
import { estateOf } from '../../../facts/estate.ts';
import { checkPlan } from '../../../planning/check-plan.ts';
import { checkSteps } from '../../../planning/check-steps.ts';
import { loadSolver } from '../../../planning/hitting-set.ts';
import { makePlan } from '../../../planning/make-plan.ts';
import { deriveGraph } from '../../derive-graph.ts';
import spiffeIdentity from '../../nodes/spiffe/spiffe-identity.ts';
import trustDomain from '../../nodes/spiffe/trust-domain.ts';
import { edgeRules } from '../index.ts';

const rules = edgeRules.filter(({ label }) => /^(SVID_|SPIRE_|TRUST_DOMAIN_)/.test(label));

function registered(...documents: readonly object[]): AnyFact[] {
  const draft = new SpiffeDraft();
  for (const document of documents) readRegistration(document, 'test', draft);
  return draft.facts();
}
const entry = (path: string, selectors: readonly string[], more: object = {}) => ({
  entries: [
    {
      id: path,
      spiffe_id: `spiffe://example.org${path}`,
      selectors: selectors.map((each) => ({
        type: each.slice(0, each.indexOf(':')),
        value: each.slice(each.indexOf(':') + 1),
      })),
      ...more,
    },
  ],
});
const kubernetes = (...objects: readonly object[]) =>
  objects.flatMap((object) => normalise(object as never, { locator: 'test', defaultNamespace: 'default' }).facts);
const pod = (name: string, namespace: string, account: string, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    serviceAccountName: account,
    nodeName: 'n',
    containers: [
      { name: 'main', image: 'x/y:1' },
      { name: 'side', image: 'x/z:1' },
    ],
  },
  status: { phase: 'Running' },
});
const world = kubernetes(
  pod('t', 'ml', 'trainer', { app: 'train' }),
  pod('o', 'other', 'trainer', { app: 'train' }),
  pod('u', 'ml', 'default'),
);

function leversOf(facts: readonly AnyFact[], pattern: RegExp): string[] {
  const graph = deriveGraph(estateOf(facts, []), [spiffeIdentity, trustDomain], rules);
  return [...graph.liveEdges()]
    .filter(({ type }) => pattern.test(type))
    .flatMap((edge) =>
      edge.rule.levers(edge, graph.estate).map(({ action, params }) => {
        expect(edge.rule.severedBy).toContain(action);
        expect(deleteEntry.params.safeParse(params).error).toBeUndefined();
        return `${edge.to.split('/').at(-1)}: ${action} ${params.entryId}`;
      }),
    );
}
const parent = { parent_id: 'spiffe://example.org/node', id: 'e-1' };

test('the one entry that gives a workload its identity can be deleted, and then nobody gets it', () => {
  const facts = [
    ...world,
    ...registered(entry('/x', ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:container-name:main'], parent)),
  ];
  expect(leversOf(facts, /^SVID_FETCH/)).toEqual(['x: spiffe.delete-entry e-1']);
  expect(edgesOf(world, /^SVID_FETCH/)).toEqual([]);
  const admin = registered(entry('/boss', [], { ...parent, admin: true }));
  expect(leversOf(admin, /^SPIRE_ADMIN/)).toEqual(['example.org: spiffe.delete-entry e-1']);
});

test.each<[string, AnyFact[], RegExp]>([
  [
    'two entries give it',
    [
      ...world,
      ...registered(
        entry('/x', ['k8s:ns:ml', 'k8s:sa:trainer'], parent),
        entry('/x', ['k8s:ns:ml', 'k8s:pod-label:app:train'], { ...parent, id: 'e-2' }),
      ),
    ],
    /^SVID_FETCH/,
  ],
  [
    'its parent is not told',
    [...world, ...registered(entry('/x', ['k8s:ns:ml', 'k8s:sa:trainer'], { id: 'e-1' }))],
    /^SVID_FETCH/,
  ],
  [
    'it is a resource that a controller makes again',
    [
      ...world,
      ...registered({
        apiVersion: 'spire.spiffe.io/v1alpha1',
        kind: 'ClusterStaticEntry',
        metadata: { name: 'c' },
        spec: {
          spiffeID: 'spiffe://example.org/x',
          parentID: 'spiffe://example.org/node',
          selectors: ['k8s:ns:ml', 'k8s:sa:trainer'],
        },
      }),
    ],
    /^SVID_FETCH/,
  ],
])('no lever: %s', (_, facts, pattern) => {
  expect(edgesOf(facts, pattern)).not.toEqual([]);
  expect(leversOf(facts, pattern)).toEqual([]);
});

test('a plan deletes the entry, and its check proves it', async () => {
  const facts = [
    ...world,
    ...registered(entry('/x', ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:container-name:main'], parent)),
  ];
  const graph = deriveGraph(estateOf(facts, []), [spiffeIdentity, trustDomain], rules);
  const actions = [deleteEntry];
  const compromised = [graph.resolve('kubernetes:Container/ml/t/main')];
  const plan = makePlan(graph, { compromised, protect: 'kind=Identity', actions }, await loadSolver());
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual(['spiffe.delete-entry']);
  expect(checkPlan(plan, graph, [checkSteps(plan, actions)]).checks.filter(({ ok }) => !ok)).toEqual([]);
});

function edgesOf(facts: readonly AnyFact[], pattern: RegExp): string[] {
  const graph = deriveGraph(estateOf(facts, []), [spiffeIdentity, trustDomain], rules);
  return [...graph.liveEdges()]
    .filter(({ type }) => pattern.test(type))
    .map(({ from, to, note }) =>
      `${from} -> ${to}${note === undefined ? '' : ` (${note})`}`
        .replaceAll('kubernetes:Container/', '')
        .replaceAll('spiffe:', ''),
    )
    .sort();
}
const id = 'Identity/example.org/x';

test.each<[string, readonly string[], readonly string[]]>([
  ['namespace and account', ['k8s:ns:ml', 'k8s:sa:trainer'], [`ml/t/main -> ${id}`, `ml/t/side -> ${id}`]],
  ['one container', ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:container-name:main'], [`ml/t/main -> ${id}`]],
  ['a label', ['k8s:pod-label:app:train', 'k8s:ns:other'], [`other/o/main -> ${id}`, `other/o/side -> ${id}`]],
  [
    'an image that is named as the pod names it',
    ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:container-name:main', 'k8s:container-image:x/y:1'],
    [`ml/t/main -> ${id}`],
  ],
  [
    'a selector that nobody can judge',
    ['k8s:ns:ml', 'k8s:sa:trainer', 'k8s:container-name:main', 'unix:uid:0'],
    [`ml/t/main -> ${id} (depends on unix:uid:0)`],
  ],
])('%s', (_, selectors, edges) =>
  expect(edgesOf([...world, ...registered(entry('/x', selectors))], /^SVID_FETCH/)).toEqual(edges),
);

test.each<[string, readonly string[]]>([
  ['another namespace', ['k8s:ns:nothing', 'k8s:sa:trainer']],
  ['another account of that namespace', ['k8s:ns:ml', 'k8s:sa:somebody']],
  ['another label', ['k8s:ns:ml', 'k8s:pod-label:app:serve']],
  ['another container', ['k8s:ns:ml', 'k8s:container-name:other']],
  ['no selector of Kubernetes', ['unix:uid:1000']],
  ['no selector at all', []],
  ['a name alike in the path of the id only', ['docker:label:ns:ml']],
])('nobody gets it: %s', (_, selectors) =>
  expect(edgesOf([...world, ...registered(entry('/ns/ml/sa/trainer', selectors))], /^SVID_FETCH/)).toEqual([]),
);

test('a template gives each pod its own id, where everything in it is known', () => {
  const template = (text: string, spec: object = {}) => ({
    apiVersion: 'spire.spiffe.io/v1alpha1',
    kind: 'ClusterSPIFFEID',
    metadata: { name: 'c' },
    spec: { spiffeIDTemplate: text, ...spec },
  });
  const values = { global: { spire: { trustDomain: 'example.org' } } };
  const usual = 'spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}';
  const spec = { podSelector: { matchLabels: { app: 'train' } }, namespaceSelector: { matchLabels: { team: 'ml' } } };
  const namespaces = kubernetes({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'ml', labels: { team: 'ml' } },
  });
  const found = edgesOf([...world, ...namespaces, ...registered(template(usual, spec), values)], /^SVID_FETCH/);
  expect(found).toEqual([
    'ml/t/main -> Identity/example.org/ns/ml/sa/trainer',
    'ml/t/side -> Identity/example.org/ns/ml/sa/trainer',
  ]);
  expect(
    edgesOf(
      [...world, ...registered(template('spiffe://{{ .TrustDomain }}/{{ .ClusterName }}'), values)],
      /^SVID_FETCH/,
    ),
  ).toEqual([]);
  expect(edgesOf([...world, ...registered(template(usual, spec))], /^SVID_FETCH/)).toEqual([]);
});

const role = (subject: string, issuer = 'oidc.example.org'): AnyFact =>
  ({
    id: 'aws:Role/arn:aws:iam::123456789012:role/ml',
    kind: 'aws.role',
    data: {
      Arn: 'arn:aws:iam::123456789012:role/ml',
      RoleName: 'ml',
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: { StringEquals: { [`${issuer}:sub`]: subject } },
          },
        ],
      },
      RolePolicyList: [],
      AttachedManagedPolicies: [],
      InstanceProfileList: [],
      Tags: [],
    },
    source: { connector: 'test', locator: 'test' },
  }) as unknown as AnyFact;
const domain = { global: { spire: { trustDomain: 'example.org', jwtIssuer: 'https://oidc.example.org' } } };

test('a role that trusts the issuer for this subject', () => {
  const facts = [...registered(entry('/x', ['k8s:ns:ml']), domain), role('spiffe://example.org/x')];
  expect(edgesOf(facts, /^SVID_OPENS_ROLE/).map((edge) => edge.replace(/ \(.*$/, ''))).toEqual([
    `${id} -> aws:Role/arn:aws:iam::123456789012:role/ml`,
  ]);
});

test.each<[string, AnyFact[]]>([
  ['another subject', [...registered(entry('/x', []), domain), role('spiffe://example.org/y')]],
  ['another issuer', [...registered(entry('/x', []), domain), role('spiffe://example.org/x', 'oidc.elsewhere.org')]],
  ['an issuer that nobody told', [...registered(entry('/x', [])), role('spiffe://example.org/x')]],
])('no role: %s', (_, facts) => expect(edgesOf(facts, /^SVID_OPENS_ROLE/)).toEqual([]));

test('an administrator’s entry is the trust domain, and the trust domain is everybody', () => {
  const facts = registered(
    entry('/x', []),
    entry('/boss', [], { admin: true }),
    { entries: [{ id: 'p', spiffe_id: 'spiffe://partner.example/p' }] },
    domain,
  );
  expect(edgesOf(facts, /^SPIRE_ADMIN/)).toEqual([
    'Identity/example.org/boss -> TrustDomain/example.org (an administrator of the server)',
  ]);
  expect(edgesOf(facts, /^TRUST_DOMAIN/)).toEqual([
    'TrustDomain/example.org -> Identity/example.org/boss',
    'TrustDomain/example.org -> Identity/example.org/x',
    'TrustDomain/example.org -> oidc:Issuer/oidc.example.org',
    'TrustDomain/partner.example -> Identity/partner.example/p',
  ]);
});
