/**
 * The live API against a real API server. `FIREBREAK_KUBECONFIG` names its kubeconfig; without it the run fails, as nothing
 * would be shown.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import { followEstate } from '../../facts/follow.ts';
import { textAt } from '../../intake/foreign.ts';
import { apiCases } from './api.case.ts';
import type { ApiObject, KubernetesApi, ResourceRef } from './api.ts';
import { collectManifests } from './files.ts';
import kubernetes from './index.ts';
import { watchFacts } from './watch.ts';

const kubeconfig = process.env.FIREBREAK_KUBECONFIG ?? '';
const namespace = `firebreak-live-${randomBytes(3).toString('hex')}`;
const signal = new AbortController().signal;
const open = () => kubernetes.connect(kubernetes.parse(kubeconfig), signal);
const secret = randomBytes(16).toString('hex');

test('there is a real API server', () => expect(kubeconfig).not.toBe(''));

apiCases('a real API server', open, `${namespace}-cases`);

describe('collecting from a real API server', () => {
  let api: KubernetesApi;
  const core = (plural: string, name?: string): ResourceRef => ({ group: '', version: 'v1', plural, namespace, name });
  const make = async (ref: ResourceRef, body: ApiObject) => {
    const made = await api.create(ref, body, signal);
    if (!made.ok) throw new Error(made.reason);
    return made.value;
  };
  beforeAll(async () => {
    api = await open();
    await make({ ...core('namespaces'), namespace: undefined }, { metadata: { name: namespace } });
    await make(core('secrets'), { metadata: { name: 's' }, type: 'example.com/x', stringData: { password: secret } });
    await make(core('configmaps'), { metadata: { name: 'c' }, data: { password: secret } });
    const application = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'app' },
      spec: { project: 'default', destination: { namespace }, syncPolicy: { automated: { selfHeal: true } } },
    };
    await make({ group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace }, application);
  });
  afterAll(async () => {
    await api.delete({ ...core('namespaces', namespace), namespace: undefined }, {}, signal);
    await api.close();
  });

  test('everything that was made is a fact, without a gap, and no value comes along', async () => {
    const { estate, gaps } = await collectSession(kubernetes, api, signal);
    expect(gaps).toEqual([]);
    expect(estate.get('kubernetes.secret', `kubernetes:Secret/${namespace}/s`)?.data).toMatchObject({
      type: 'example.com/x',
    });
    expect(
      estate.get('kubernetes.delivery-channel', `kubernetes:Application.argoproj.io/${namespace}/app`)?.data,
    ).toMatchObject({ automated: true, targetNamespaces: [namespace] });
    expect(estate.all('kubernetes.role').map((fact) => fact.id)).toContain('kubernetes:ClusterRole/cluster-admin');
    expect(JSON.stringify(estate.all('kubernetes.config-map'))).not.toContain(secret);
  });

  test('an account that may read one namespace gets that namespace, and gaps for the rest', async () => {
    await make(core('serviceaccounts'), { metadata: { name: 'narrow' } });
    const group = 'rbac.authorization.k8s.io';
    await make(
      { ...core('rolebindings'), group },
      {
        metadata: { name: 'narrow' },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'ServiceAccount', name: 'narrow', namespace }],
      },
    );
    const made = await make({ ...core('serviceaccounts', 'narrow'), subresource: 'token' }, { spec: {} });
    const narrow = { ...api.withToken(textAt(made, 'status', 'token') ?? ''), namespace };
    const { estate, gaps } = await collectSession(kubernetes, narrow, signal);
    expect(estate.all('kubernetes.config-map').map((fact) => fact.data.metadata.namespace)).toContain(namespace);
    expect(estate.all('kubernetes.secret')).toEqual([]);
    const forbidden = gaps.filter((gap) => gap.code === 'FB-K8S-FORBIDDEN').flatMap((gap) => gap.kinds);
    expect(forbidden).toEqual(
      expect.arrayContaining(['kubernetes.secret', 'kubernetes.node', 'kubernetes.config-map']),
    );
  });

  test('a change in the cluster reaches the followed estate', async () => {
    const ended = new AbortController();
    const timing = { settleMs: 50, rereadMs: 60_000, pauseMs: 500 };
    const id = `kubernetes:ConfigMap/${namespace}/late`;
    let batches = 0;
    for await (const estate of followEstate(watchFacts(api, ended.signal, timing))) {
      batches += 1;
      if (batches === 1) await make(core('configmaps'), { metadata: { name: 'late' } });
      if (estate.get('kubernetes.config-map', id) !== undefined) ended.abort();
    }
    expect(batches).toBeGreaterThan(1);
  });

  connectorConformance({
    name: 'kubernetes over a real API server',
    connector: kubernetes,
    open,
    config: { good: { from: 'x' }, bad: { from: '' } },
    secrets: [secret],
  });
});

describe('a manifest of 200 MB', () => {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-large-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const filler = '#'.repeat(1023);
  async function write(name: string, pieces: Iterable<string>): Promise<string> {
    const file = join(folder, name);
    const stream = createWriteStream(file);
    for (const piece of pieces) if (!stream.write(piece)) await once(stream, 'drain');
    stream.end();
    await once(stream, 'finish');
    return file;
  }
  const count = 40_000;
  const pod = (index: number) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, annotations: { filler } },
    spec: {},
  });
  function* asDocuments() {
    for (let index = 0; index < count; index += 1)
      yield `---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p${index}\nspec: {}\n${`${filler}\n`.repeat(5)}`;
  }
  function* asList() {
    yield '{"apiVersion": "v1", "items": [\n';
    for (let index = 0; index < count; index += 1)
      yield `${index === 0 ? '' : ','}${JSON.stringify({ ...pod(index), status: { filler: filler.repeat(4) } })}\n`;
    yield '], "kind": "List"}';
  }
  function* asOne() {
    yield 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: huge}\ndata:\n';
    for (let index = 0; index < 200_000; index += 1) yield `  k${index}: ${filler}\n`;
    yield '---\napiVersion: v1\nkind: Pod\nmetadata: {name: after}\nspec: {}\n';
  }
  test.each([
    ['in many documents is read', 'many.yaml', asDocuments, count, 0],
    ['in one JSON list is read', 'list.json', asList, count, 0],
    ['in one document is passed over', 'one.yaml', asOne, 1, 1],
  ])('%s, in bounded memory', async (_, name, pieces, facts, gaps) => {
    const file = await write(name, pieces());
    const before = process.memoryUsage().rss;
    const seen = { facts: 0, gaps: 0 };
    for await (const each of collectManifests({ path: file, maxDocumentBytes: 4 * 1024 * 1024 }, signal)) {
      if ('fact' in each) seen.facts += 1;
      else seen.gaps += 1;
    }
    expect(seen).toEqual({ facts, gaps });
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
  });
});
