/**
 * From a stolen password of a registry to what a cluster runs: the plan suspends the user, or where that may not be done makes the registry
 * read-only. Both on a real registry, whose answers to the thief are the proof.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Estate, Plan } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import {
  as,
  password,
  type RegistryPeer,
  startRegistry,
} from '../../packages/platform/src/connectors/oci/actions/cases/registry.case.ts';
import oci from '../../packages/platform/src/connectors/oci/index.ts';
import type { OciSession } from '../../packages/platform/src/connectors/oci/session.ts';
import { image, push } from '../../packages/platform/src/connectors/oci/testing/images.case.ts';
import { collectSession } from '../../packages/platform/src/facts/collect.ts';
import { joinEstates } from '../../packages/platform/src/facts/join-estates.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { checkPlan } from '../../packages/platform/src/planning/check-plan.ts';
import { loadSolver, type Solver } from '../../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../../packages/platform/src/planning/make-plan.ts';

const signal = new AbortController().signal;
const registry = 'registry.example';
const thief = `oci:User/${registry}/ci`;
let solver: Solver;
let peer: RegistryPeer;
let folder: string;

beforeAll(async () => {
  solver = await loadSolver();
  peer = await startRegistry();
  vi.stubEnv('FIREBREAK_OCI_HTPASSWD', peer.htpasswd);
  vi.stubEnv('FIREBREAK_OCI_REGISTRY_CONFIG', peer.configuration);
  vi.stubEnv('FIREBREAK_OCI_RESTART', JSON.stringify(peer.restart));
  const server = image({ version: '1' }, 'one');
  await push(peer.url, as('responder'), 'acme/server', 'stable', server.manifest, server.blobs);
  folder = mkdtempSync(join(tmpdir(), 'firebreak-registry-delivery-'));
  const pods = ['serving', 'serving-eu'].map((namespace) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'server-0', namespace },
    spec: { containers: [{ name: 'server', image: `${registry}/acme/server:stable`, imagePullPolicy: 'Always' }] },
    status: { phase: 'Running' },
  }));
  writeFileSync(join(folder, 'cluster.json'), pods.map((pod) => JSON.stringify(pod)).join('\n---\n'));
});

afterAll(() => {
  vi.unstubAllEnvs();
  peer.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = (user: string): Promise<OciSession> =>
  oci.connect(oci.parse(`${peer.url.replace('//', `//${user}:${password}@`)}#${registry}`), signal);

/** Read as the responder and as the one whose password was stolen, since a registry tells of nobody else. */
async function estate(): Promise<Estate> {
  const estates: Estate[] = [];
  for (const user of ['responder', 'ci']) {
    const session = await open(user);
    estates.push((await collectSession(oci, session, signal)).estate);
    await oci.close(session);
  }
  const files = openManifests({ path: folder, maxDocumentBytes: 1 << 20 });
  estates.push((await collectSession(kubernetes, files, signal)).estate);
  return joinEstates(estates);
}

async function planned(forbid: readonly string[] = []): Promise<Plan> {
  const graph = deriveGraph(await estate(), nodeRules, edgeRules, {});
  const request = { compromised: [graph.resolve(thief)], protect: 'kind=Container', actions: oci.actions, forbid };
  const plan = makePlan(graph, request, solver);
  expect(checkPlan(plan, graph).checks.filter(({ ok }) => !ok)).toEqual([]);
  return plan;
}
const cutsOf = ({ steps }: Plan) => steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever);

async function carryOut(plan: Plan): Promise<() => Promise<void>> {
  const [lever, ...more] = cutsOf(plan);
  const action = oci.actions.find(({ id }) => id === lever?.action);
  if (action === undefined || lever === undefined || more.length > 0) throw new Error('one step was expected');
  const session = await open('responder');
  const attempt = { session, signal, key: 'scenario' };
  const params: unknown = action.params.parse(lever.params);
  const before = await action.read(attempt, params);
  expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
  for (const { result } of await action.probe(attempt, params, before)) expect(result).toBe('holds');
  return async () => {
    if (action.reversal.kind === 'none') throw new Error('it can be undone');
    expect(await action.reversal.restore(attempt, params, before.record)).toEqual({ outcome: 'done' });
    await oci.close(session);
  };
}

/** The thief's push under the tag that the cluster follows. */
async function pushed(content: string): Promise<boolean> {
  const theirs = image({ by: 'thief' }, content);
  return push(peer.url, as('ci'), 'acme/server', 'stable', theirs.manifest, theirs.blobs).then(
    () => true,
    () => false,
  );
}

test('the stolen user is suspended: the cheapest cut, proved and undone', async () => {
  expect(await pushed('before')).toBe(true);
  const plan = await planned();
  expect(plan.verdict).toBe('contained');
  expect(cutsOf(plan)).toMatchObject([{ action: 'oci.suspend-user', params: { registry, user: 'ci' } }]);
  const undo = await carryOut(plan);
  expect(await pushed('after')).toBe(false);
  // The registry does not even tell them that it is there.
  const now = await estate();
  expect(now.all('oci.access').filter(({ data }) => data.user === 'ci')).toEqual([]);
  await undo();
  expect(await pushed('after undo')).toBe(true);
});

test('where no user may be suspended the registry is made read-only, which a fresh collect shows', async () => {
  const plan = await planned(['oci.suspend-user']);
  expect(plan.verdict).toBe('contained');
  expect(cutsOf(plan)).toMatchObject([{ action: 'oci.read-only', params: { registry } }]);
  const undo = await carryOut(plan);
  expect(await pushed('read-only')).toBe(false);
  expect((await planned()).verdict).toBe('nothing-to-cut');
  await undo();
  expect(await pushed('after undo')).toBe(true);
  expect((await planned()).verdict).toBe('contained');
});
