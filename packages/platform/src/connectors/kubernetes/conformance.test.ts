import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { load, loadAll } from 'js-yaml';
import { afterAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { manifestSet } from '../../facts/manifest-set.ts';
import type { ApiObject } from './api.ts';
import { type KubernetesSession, readObjects } from './collect.ts';
import kubernetes from './index.ts';
import { countedIds, makeTwin } from './twin.ts';

const secret = 'correct-horse-battery-staple';
const manifests = `
apiVersion: v1
kind: Namespace
metadata: {name: ml}
---
apiVersion: v1
kind: Secret
metadata:
  name: registry
  namespace: ml
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: '{"stringData":{"password":"${secret}"}}'
    copied: ${secret}
type: Opaque
stringData: {password: ${secret}}
data: {token: ${btoa(secret)}}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: ml}
spec:
  containers: [{name: main, image: x, env: [{name: PASSWORD, value: ${secret}}]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: ml}
data: {password: ${secret}}
---
apiVersion: example.com/v1
kind: Widget
metadata: {name: w, namespace: ml}
spec: {password: ${secret}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader, namespace: ml}
rules: [{apiGroups: [''], resources: [secrets], verbs: [get]}]
`;
const config = { good: { from: 'x' }, bad: { from: '' } };

connectorConformance({
  name: 'kubernetes over its twin',
  connector: kubernetes,
  open: async () => {
    const twin = makeTwin({ authorize: () => false, ids: countedIds() });
    twin.load(loadAll(manifests) as ApiObject[]);
    return twin;
  },
  config,
  secrets: [secret],
});

const folder = mkdtempSync(join(tmpdir(), 'firebreak-conformance-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'all.yaml'), manifests);
writeFileSync(
  join(folder, 'broken.yaml'),
  'kind: [unclosed\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: "a\\u0007b"}\n',
);
connectorConformance({
  name: 'kubernetes over manifests',
  connector: kubernetes,
  open: () => kubernetes.connect(kubernetes.parse(folder), new AbortController().signal),
  config,
  secrets: [secret],
  expectedGaps: ['FB-YAML-INVALID', 'FB-K8S-OBJECT-INVALID'],
});

test('a twin of the raw objects holds the same facts as what they were read from', async () => {
  const signal = new AbortController().signal;
  const files = await kubernetes.connect(kubernetes.parse(join(folder, 'all.yaml')), signal);
  const copyOf = async (session: KubernetesSession) => {
    const twin = makeTwin({ authorize: () => false, ids: countedIds(), now: () => new Date(0) });
    const objects: ApiObject[] = [];
    for await (const object of readObjects(session, signal)) objects.push(object);
    twin.load(objects);
    return twin;
  };
  const idsOf = async (session: KubernetesSession) =>
    (await collectSession(kubernetes, session, signal)).estate
      .all('kubernetes.secret')
      .map((fact) => [fact.id, fact.data.type]);
  const countOf = async (session: KubernetesSession) => {
    const { estate } = await collectSession(kubernetes, session, signal);
    return manifestSet(estate).facts;
  };
  const first = await copyOf(files);
  for (const copy of [first, await copyOf(first)]) {
    expect(await idsOf(copy)).toEqual(await idsOf(files));
    expect(await countOf(copy)).toBe(await countOf(files));
  }
});

test('the printed role is a ClusterRole, and grants an action what it names', () => {
  const reading = load(kubernetes.permissions([])) as { rules: { resources: string[]; verbs: string[] }[] };
  expect(reading).toMatchObject({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' });
  expect(new Set(reading.rules.flatMap((rule) => rule.verbs))).toEqual(new Set(['get', 'list', 'watch']));
  const acting = JSON.stringify(load(kubernetes.permissions(['kubernetes.cordon-node'])));
  expect(acting).toContain('{"apiGroups":[""],"resources":["nodes"],"verbs":["get","list","patch","watch"]}');
});

test('what is no source is refused with a code', async () => {
  const signal = new AbortController().signal;
  expect(() => kubernetes.parse('')).toThrow('FB-USAGE');
  await expect(kubernetes.connect(kubernetes.parse(join(folder, 'nothing')), signal)).rejects.toThrow(
    'FB-SOURCE-UNREADABLE',
  );
  const broken = join(folder, 'kubeconfig');
  writeFileSync(broken, `apiVersion: v1\nkind: Config\nclusters:\n- name: ${secret}\n  cluster: {server\n`);
  const error = await kubernetes.connect(kubernetes.parse(broken), signal).catch((each: Error) => each);
  expect(String(error)).toContain('FB-K8S-KUBECONFIG-INVALID');
  expect(String(error)).not.toContain(secret);
});
