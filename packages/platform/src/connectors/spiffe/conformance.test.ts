import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import spiffe from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-spiffe-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const secret = 'not-to-be-kept';

/** As `spire-server entry show -output json` prints it. */
const shown = {
  entries: [
    {
      id: '1',
      spiffe_id: { trust_domain: 'Example.org', path: '/ns/ml/sa/trainer' },
      parent_id: { trust_domain: 'example.org', path: '/spire/agent/k8s_psat/prod/uid' },
      selectors: [
        { type: 'k8s', value: 'ns:ml' },
        { type: 'k8s', value: 'sa:trainer' },
      ],
      x509_svid_ttl: 3600,
      jwt_svid_ttl: 0,
      federates_with: ['Partner.example'],
      hint: secret,
      admin: false,
      downstream: false,
      expires_at: '1893456000',
      created_at: '1700000000',
      dns_names: ['trainer.ml'],
      revision_number: '7',
    },
    {
      id: '2',
      spiffe_id: { trust_domain: 'example.org', path: '/admin' },
      selectors: [{ type: 'unix', value: 'uid:0' }],
      admin: true,
    },
    { id: '3', selectors: [] },
  ],
  next_page_token: '',
};
mkdirSync(join(folder, 'all'));
writeFileSync(join(folder, 'all', 'entries.json'), JSON.stringify(shown));
writeFileSync(
  join(folder, 'all', 'federation.json'),
  JSON.stringify({
    federation_relationships: [
      { trust_domain: 'partner.example', bundle_endpoint_url: 'https://u:p@bundle.partner.example/x' },
    ],
  }),
);
writeFileSync(
  join(folder, 'all', 'values.yaml'),
  'global: {spire: {trustDomain: example.org, jwtIssuer: https://oidc.example.org}}\n',
);
writeFileSync(join(folder, 'all', 'broken.yaml'), 'a: [\n---\napiVersion: v1\nkind: Pod\n');

connectorConformance({
  name: 'spiffe over files',
  connector: spiffe,
  open: () => spiffe.connect(spiffe.parse(join(folder, 'all')), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID', 'FB-OBJECT-INVALID', 'FB-OBJECT-IGNORED'],
});

async function read(content: string | object) {
  const file = join(folder, 'one.yaml');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return collectEstate(spiffe, spiffe.parse(file), signal);
}

test('entries as the server shows them', async () => {
  const { estate } = await collectEstate(spiffe, spiffe.parse(join(folder, 'all')), signal);
  expect(estate.get('spiffe.entry', 'spiffe:Entry/example.org/1')?.data).toEqual({
    entryId: '1',
    spiffeId: 'spiffe://example.org/ns/ml/sa/trainer',
    parentId: 'spiffe://example.org/spire/agent/k8s_psat/prod/uid',
    selectors: [
      { type: 'k8s', value: 'ns:ml' },
      { type: 'k8s', value: 'sa:trainer' },
    ],
    x509SvidTtl: 3600,
    jwtSvidTtl: 0,
    federatesWith: ['partner.example'],
    admin: false,
    downstream: false,
    dnsNames: ['trainer.ml'],
    createdAt: '2023-11-14T22:13:20.000Z',
    expiresAt: '2030-01-01T00:00:00.000Z',
  });
  expect(estate.get('spiffe.trust-domain', 'spiffe:TrustDomain/example.org')?.data.jwtIssuer).toBe(
    'https://oidc.example.org',
  );
  expect(estate.get('spiffe.trust-domain', 'spiffe:TrustDomain/partner.example')?.data.federation).toEqual([
    { trustDomain: 'partner.example', bundleEndpoint: 'https://bundle.partner.example/x' },
  ]);
});

test('data files and resources of the controller manager say the same in other words', async () => {
  const { estate, gaps } = await read(`entries:
- {spiffe_id: 'spiffe://example.org/a', parent_id: 'spiffe://example.org/agent', selectors: [{type: k8s, value: 'ns:a'}]}
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterStaticEntry
metadata: {name: b}
spec: {spiffeID: 'spiffe://example.org/b', parentID: 'spiffe://example.org/agent', selectors: ['k8s:pod-label:app:b'], downstream: true}
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata: {name: c}
spec: {spiffeIDTemplate: 'spiffe://{{ .TrustDomain }}/c', podSelector: {matchLabels: {app: c}}, namespaceSelector: {matchExpressions: [{key: a, operator: Exists}]}}
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterFederatedTrustDomain
metadata: {name: d}
spec: {trustDomain: partner.example, bundleEndpointURL: 'https://bundle.partner.example'}
`);
  expect(gaps).toEqual([]);
  expect(estate.all('spiffe.entry').map(({ data }) => [data.spiffeId, data.selectors, data.downstream])).toEqual(
    expect.arrayContaining([
      ['spiffe://example.org/a', [{ type: 'k8s', value: 'ns:a' }], false],
      ['spiffe://example.org/b', [{ type: 'k8s', value: 'pod-label:app:b' }], true],
    ]),
  );
  expect(estate.all('spiffe.template').map(({ data }) => [data.template, data.podLabels, data.narrower])).toEqual([
    ['spiffe://{{ .TrustDomain }}/c', { app: 'c' }, true],
  ]);
});

test.each<[string, string | object, string]>([
  ['one page of several', { entries: [], next_page_token: 'more' }, 'FB-OBJECT-INVALID'],
  ['a path that climbs', { entries: [{ spiffe_id: 'spiffe://example.org/a b' }] }, 'FB-OBJECT-INVALID'],
  ['control characters', { entries: [{ id: 'a\u001b', spiffe_id: 'spiffe://example.org/a' }] }, 'FB-OBJECT-INVALID'],
  ['entries of wrong types', { entries: [1, 'a', null, { spiffe_id: [] }] }, 'FB-OBJECT-INVALID'],
  ['something else', { hello: 'world' }, 'FB-OBJECT-IGNORED'],
  ['nothing', '# nothing\n', 'FB-SOURCE-EMPTY'],
])('%s is said', async (_, content, code) => {
  const { estate, gaps } = await read(content);
  expect(estate.all('spiffe.entry')).toEqual([]);
  expect(gaps.map((gap) => gap.code)).toContain(code);
});
