import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectEstate } from '../../facts/collect.ts';
import catalog from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-catalog-'));
afterAll(() => rmSync(folder, { recursive: true }));
const signal = new AbortController().signal;
const note = 'kept-out-of-the-facts';

writeFileSync(
  join(folder, 'catalog-info.yaml'),
  `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: Recommender
  description: ${note}
  annotations: {firebreak.dev/node: 'kubernetes:Deployment/ml/recommender, arn:aws:iam::123456789012:role/ml', other/token: ${note}}
  tags: [python, pii]
spec: {type: service, owner: ml-platform, system: shop, dependsOn: ['resource:features', 'Component:Other/Base']}
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata:
  name: vendor-llm
  annotations: {firebreak.dev/hosting: saas, firebreak.dev/vendor: Acme AI, firebreak.dev/duty.notification: 72 h}
spec:
  type: ai-service
  owner: user:jane
  firebreak:
    impact: 8
    permittedUse: [summaries]
    duties: {evidence: logs on request}
    access: [{to: 'resource:features', mode: 'read,write'}, {to: 's3://prompts', mode: read}]
---
apiVersion: backstage.io/v1alpha1
kind: Location
metadata: {name: more}
spec: {target: ./more.yaml}
---
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: "bad\\u001bname"}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: nothing}
`,
);
writeFileSync(join(folder, 'broken.yaml'), 'kind: [unclosed\n');

connectorConformance({
  name: 'catalog over files',
  connector: catalog,
  open: () => catalog.connect(catalog.parse(folder), signal),
  config: { good: { from: 'x' }, bad: { from: '' } },
  secrets: [note],
  expectedGaps: ['FB-YAML-INVALID', 'FB-OBJECT-INVALID', 'FB-OBJECT-IGNORED'],
});

async function read(text: string) {
  const file = join(folder, 'one.yaml');
  writeFileSync(file, text);
  const { estate, gaps } = await collectEstate(catalog, catalog.parse(file), signal);
  return { entities: estate.all('catalog.entity'), gaps };
}
const entity = (spec: string, metadata = 'name: a', kind = 'Component') =>
  `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata: {${metadata}}\nspec: ${spec}\n`;

test('references become canonical, and both spellings of the extension say the same', async () => {
  const { estate } = await collectEstate(catalog, catalog.parse(folder), signal);
  const service = estate.get('catalog.entity', 'catalog:Component/default/recommender')?.data;
  expect(service?.relations).toEqual([
    { type: 'ownedBy', target: 'group:default/ml-platform' },
    { type: 'partOf', target: 'system:default/shop' },
    { type: 'dependsOn', target: 'resource:default/features' },
    { type: 'dependsOn', target: 'component:other/base' },
  ]);
  expect(service?.firebreak.nodes).toEqual([
    'kubernetes:Deployment/ml/recommender',
    'arn:aws:iam::123456789012:role/ml',
  ]);
  expect(estate.get('catalog.entity', 'catalog:Resource/default/vendor-llm')?.data.firebreak).toMatchObject({
    hosting: 'saas',
    vendor: 'Acme AI',
    impact: 8,
    permittedUse: ['summaries'],
    duties: { notification: '72 h', evidence: 'logs on request' },
    access: [
      { to: 'resource:default/features', mode: 'read' },
      { to: 'resource:default/features', mode: 'write' },
      { to: 's3://prompts', mode: 'read' },
    ],
  });
});

test.each([
  ['a dependency without a kind', entity('{dependsOn: [features]}'), 'spec.dependsOn'],
  ['hosting that is none', entity('{firebreak: {hosting: moon}}'), 'hosting'],
  ['impact out of range', entity('{firebreak: {impact: 11}}'), 'impact'],
  ['access of another kind', entity('{firebreak: {access: [{to: "resource:x", mode: admin}]}}'), 'access'],
  ['a lifetime that is none', entity('{firebreak: {lifetime: forever}}'), 'lifetime'],
  ['standing said as yes or no', entity('{firebreak: {standing: true}}'), 'standing'],
  ['an owner that is a list of objects', entity('{owner: [{a: b}]}'), 'spec.owner'],
])('a part that cannot be used is a gap, the rest is read: %s', async (_, text, word) => {
  const { entities, gaps } = await read(text);
  expect(entities.map(({ id }) => id)).toEqual(['catalog:Component/default/a']);
  expect(gaps.map(({ code, reason }) => `${code} ${reason}`).join()).toContain('FB-OBJECT-INVALID');
  expect(gaps.map(({ reason }) => reason).join()).toContain(word);
});

test.each([
  ['a name with a slash', entity('{}', 'name: a/b')],
  ['no metadata', 'apiVersion: backstage.io/v1alpha1\nkind: API\n'],
  ['wrong types everywhere', entity('[1, 2]', 'name: [x], namespace: {y: z}, tags: 7')],
  ['a name of a megabyte', entity('{}', `name: ${'a'.repeat(1 << 20)}`)],
  [
    'a bomb',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n`,
  ],
  ['a template', entity('{type: "{{ .Values.type }}"', 'name: "{{ x }}"')],
])('%s makes no entity and is said', async (_, text) => {
  const { entities, gaps } = await read(text);
  expect(entities).toEqual([]);
  expect(gaps.length).toBeGreaterThan(0);
});

test('an empty source is said', async () => {
  expect((await read('# nothing\n')).gaps.map(({ code }) => code)).toEqual(['FB-SOURCE-EMPTY']);
});
