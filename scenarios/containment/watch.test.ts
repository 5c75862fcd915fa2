/**
 * After the containment of the demo estate, on its twin: somebody resumes Argo CD, Argo CD puts a binding back, and the system
 * says that it is no longer contained, by whom, and what that opens. Then it is done again, or undone by itself when time is up.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Execution, WatchMode } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize } from '../../packages/platform/src/app/authorize.ts';
import { planIncident } from '../../packages/platform/src/app/handlers/containment.ts';
import { mustHaveField, mustStillHold, openStation } from '../../packages/platform/src/app/station.ts';
import { sameButServerOwned } from '../../packages/platform/src/connectors/kubernetes/actions/objects/server-owned.ts';
import type { ApiObject } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { readManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { countedIds, makeTwin, type Twin } from '../../packages/platform/src/connectors/kubernetes/twin.ts';
import { collectSession } from '../../packages/platform/src/facts/collect.ts';
import { followEstate } from '../../packages/platform/src/facts/follow.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';

const compromised = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
const estateFolder = fileURLToPath(new URL('../../content/demo-estate/kubernetes', import.meta.url));
const signal = new AbortController().signal;
const applications = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace: 'argocd' };

let server: TestServer;
let data: string;
beforeAll(async () => {
  server = await testServer();
  data = await mkdtemp(join(tmpdir(), 'firebreak-watch-'));
});
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

async function newTwin(): Promise<Twin> {
  const twin = makeTwin({ authorize, ids: countedIds(), now: () => new Date('2026-01-01T00:00:00Z') });
  const objects: ApiObject[] = [];
  for await (const read of readManifests({ path: estateFolder, maxDocumentBytes: 1 << 20 }, signal)) {
    if ('object' in read) objects.push(read.object);
  }
  expect(twin.load(objects, { start: true })).toEqual([]);
  return twin;
}

/** A station on a twin with one contained incident, which the estate's own changes wake. */
async function contained(wish: { watch?: WatchMode; ms?: number } = {}) {
  const twin = await newTwin();
  const before = [...twin.objects()];
  const { watch } = kubernetes;
  const target = {
    spec: 'demo',
    actions: kubernetes.actions,
    session: () => twin,
    collect: () => collectSession(kubernetes, twin, signal),
    follow: watch === undefined ? undefined : (until: AbortSignal) => followEstate(watch(twin, until)),
    close: () => twin.close(),
  };
  const database = await server.database();
  const station = await openStation({ data, database, target });
  const field = mustHaveField(station);
  const { runner } = field;
  const { id: incident } = await station.incidents.open({
    title: 'The day',
    compromised: [compromised],
    protect: 'default',
    by: 'ada',
  });
  const plan = await planIncident(station, incident, 'ada', signal);
  const lease = wish.ms === undefined ? undefined : { ms: wish.ms };
  await runner.start({ incident, plan, by: 'ada', lease, watch: wish.watch });
  await runner.approve({ incident, digest: plan.digest, by: 'ada', role: 'approver' });
  const { id } = await runner.approve({ incident, digest: plan.digest, by: 'grace', role: 'approver' });
  runner.work();
  const done = await runner.settled(id);
  expect(done.state).toBe('contained');
  const stop = new AbortController();
  const following = field.holder.follow(stop.signal, () => runner.changed()).catch(() => undefined);
  return {
    ...{ twin, before, database, field, runner, incident, plan, id, done },
    status: async (): Promise<Execution> => (await runner.status(incident)) ?? expect.fail('it is gone'),
    changed: () => changed(before, [...twin.objects()]),
    close: async () => {
      stop.abort();
      await following;
      await station.close();
    },
  };
}

/** Somebody resumes Argo CD, which then puts back what it manages. */
async function resumeDelivery(twin: Twin): Promise<readonly string[]> {
  const automated = { spec: { syncPolicy: { automated: { prune: true, selfHeal: true } } } };
  await twin.patch({ ...applications, name: 'ml-serving' }, 'merge', automated, signal);
  return twin.tick();
}

test('after each stage it is written down what was still reachable', async () => {
  const { done, plan, close } = await contained();
  try {
    const told = done.steps.flatMap(({ stage, residual }) => (residual === undefined ? [] : [{ stage, ...residual }]));
    const stages = [...new Set(plan.steps.map(({ stage }) => stage))];
    expect(told.map(({ stage }) => stage)).toEqual(stages.filter((stage) => stage !== 'evidence').slice(0, -1));
    const [first, last] = [told[0], told.at(-1)];
    expect(first?.reachable).toBeGreaterThan(10);
    expect(first?.paths.length).toBe(3);
    expect(last?.reachable).toBeLessThan(first?.reachable ?? 0);
  } finally {
    await close();
  }
});

test('a controller that is let loose again is heard of by itself: withdrawn, with who and the ways that it opens', async () => {
  const { twin, status, runner, incident, changed, close } = await contained();
  try {
    expect(await resumeDelivery(twin)).toContain('RoleBinding/ml-serving/predictors-deploy');
    await expect.poll(async () => (await status()).state, { timeout: 20_000 }).toBe('not-contained');
    const { steps, proof } = await status();
    expect(steps.filter(({ state }) => state === 'reverted').map(({ target }) => target.id)).toEqual([
      'kubernetes:Application.argoproj.io/argocd/ml-serving',
      'kubernetes:RoleBinding/ml-serving/predictors-deploy',
      'kubernetes:RoleBinding/ml-serving/predictors-read-store',
    ]);
    expect(proof?.contained).toBe(false);
    expect(proof?.reachable.length).toBeGreaterThan(0);
    expect(proof?.paths?.length).toBeGreaterThan(0);

    const undone = await runner.settled((await runner.undo({ incident, by: 'grace', merge: true })).id);
    expect(undone.state).toBe('undone');
    expect(changed()).toEqual([]);
  } finally {
    await close();
  }
}, 60_000);

test('what was reverted is done again in the order of the plan, so that it stays; undo still leads to the first state', async () => {
  const { twin, status, runner, incident, changed, close } = await contained({ watch: 're-assert' });
  try {
    await resumeDelivery(twin);
    const again = async () => {
      const { state, steps } = await status();
      return [state, steps.filter(({ reasserted }) => reasserted !== undefined).length];
    };
    await expect.poll(again, { timeout: 30_000 }).toEqual(['contained', 3]);
    expect(twin.tick()).toEqual([]);
    const undone = await runner.settled((await runner.undo({ incident, by: 'grace' })).id);
    expect(undone.state).toBe('undone');
    expect(changed()).toEqual([]);
  } finally {
    await close();
  }
}, 60_000);

test('when time is up, delivery is resumed and everything is as it was', async () => {
  const { database, status, runner, incident, changed, close } = await contained({ ms: 3_600_000 });
  const admin = new pg.Client({ connectionString: database });
  await admin.connect();
  try {
    // the clock of the database goes on by two hours
    await admin.query("update execution set expires_at = expires_at - interval '2 hours'");
    await runner.watch({ incident, by: 'ada' });
    await expect.poll(async () => (await status()).state, { timeout: 20_000 }).toBe('undone');
    expect(changed()).toEqual([]);
  } finally {
    await admin.end();
    await close();
  }
}, 60_000);

test('a plan for an estate that has changed is refused with what appeared', async () => {
  const { twin, field, plan, runner, incident, close } = await contained();
  try {
    await runner.settled((await runner.undo({ incident, by: 'grace' })).id);
    await mustStillHold(field, plan, signal);
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'new-way' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', namespace: 'ml-serving', name: 'predictor-runner' }],
    };
    const ref = { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'clusterrolebindings' };
    await twin.create(ref, binding, signal);
    const refused = await mustStillHold(field, plan, signal).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'FB-PLAN-STALE',
      why: expect.stringMatching(/Since the plan was made, new: .*predictor-runner/),
      detail: { appeared: expect.arrayContaining([expect.objectContaining({ from: compromised })]), vanished: [] },
    });
  } finally {
    await close();
  }
}, 60_000);

function changed(before: readonly ApiObject[], after: readonly ApiObject[]): readonly string[] {
  const key = ({ kind, metadata }: ApiObject) => `${kind} ${metadata?.namespace ?? ''}/${String(metadata?.name)}`;
  const now = new Map(after.map((object) => [key(object), object]));
  const was = new Map(before.map((object) => [key(object), object]));
  return [...new Set([...was.keys(), ...now.keys()])].filter(
    (each) => !sameButServerOwned(was.get(each) ?? {}, now.get(each) ?? {}),
  );
}
