/**
 * The day that Firebreak is for, on a real API server with the demo estate: an account of the model-serving namespace is
 * abused, its tokens are in the wrong hands. Everything goes through the command line, as a responder would do it; the same
 * day on the embedded database and, in its main steps, on a separate server: what a database has no part in is done once.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  blastSchema,
  type Change,
  changeSchema,
  evidenceReportSchema,
  executionSchema,
  incidentSchema,
  type Plan,
  pathsSchema,
  planCheckSchema,
  planSchema,
} from '@firebreak/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { reviews } from '../../packages/platform/src/connectors/kubernetes/actions/objects/built-in.ts';
import { at, textAt } from '../../packages/platform/src/intake/foreign.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';
import {
  type Cluster,
  differences,
  eventually,
  everything,
  forever,
  openCluster,
  realDifferences,
} from './testing/cluster.ts';
import { cannotBeThere, seedDemoEstate } from './testing/demo-estate.ts';
import { answerOf, firebreak } from './testing/firebreak.ts';
import { dataDirectory } from './testing/stage.ts';

const namespace = 'ml-serving';
const account = 'predictor-runner';
const compromised = `ServiceAccount/${namespace}/${account}`;

const cluster: Cluster = await openCluster();
const server = await testServer();
const from = ['--from', `kubernetes:${cluster.kubeconfig}`];
const on = ['--kubeconfig', cluster.kubeconfig];
let leftOut: readonly string[] = [];

beforeAll(async () => {
  leftOut = await seedDemoEstate(cluster);
});
afterAll(async () => {
  await server.stop();
  await cluster.close();
});

test('the whole demo estate is there, except what cannot be, and that is named', () => {
  const kinds = leftOut.map((each) => each.split(' ')[0] ?? '');
  expect([...new Set(kinds)].sort()).toEqual(Object.keys(cannotBeThere).sort());
});

describe.each(['embedded', 'separate'] as const)('on the %s database', (kind) => {
  let data = '';
  let where: readonly string[] = [];
  let plan: Plan;
  let tokens: Readonly<Record<string, string>> = {};
  let before: ReadonlyMap<string, string> = new Map();
  let changes: readonly Change[] = [];
  let incident = '';

  beforeAll(async () => {
    data = await dataDirectory();
    where = [
      '--data',
      join(data, 'firebreak'),
      ...(kind === 'embedded' ? [] : ['--database', await server.database()]),
    ];
  });
  afterAll(() => rm(data, { recursive: true, force: true }));
  const planFile = () => join(data, 'plan.json');
  const onceIsEnough = test.skipIf(kind === 'separate');

  test('tokens of the abused account, of every make, work', async () => {
    tokens = await capturedTokens();
    for (const token of Object.values(tokens)) {
      expect(await statusOfList(token)).toBe(200);
      expect(await mayPatchModels(token)).toBe(true);
    }
  });

  test('the plan cuts it off, and the independent check agrees', async () => {
    const made = await firebreak('plan', ...from, '--compromised', compromised, '--json');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    plan = planSchema.parse(JSON.parse(made.stdout));
    expect(plan).toMatchObject({ verdict: 'contained', gap: 0, certificate: { exempt: [] } });
    expect(plan.exposure.protectedReachable).toBeGreaterThan(0);
    await writeFile(planFile(), made.stdout);
    const check = await answerOf(planCheckSchema, 0, 'plan', 'check', planFile(), ...from);
    expect(check.checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test('a dry run shows the exact requests and changes nothing', async () => {
    before = await everything(cluster.api);
    const dry = await answerOf(dryRunSchema, 0, 'contain', planFile(), ...on, ...where);
    expect(dry.steps.map(({ problem }) => problem)).toEqual(plan.steps.map(() => null));
    changes = dry.steps.flatMap((step) => step.changes);
    expect(differences(before, await everything(cluster.api))).toEqual([]);
  });

  test('contain carries it out and proves it', async () => {
    const execution = await answerOf(
      executionSchema,
      0,
      'contain',
      planFile(),
      ...on,
      ...where,
      '--approve',
      '--as',
      'ada',
      '--second',
      'grace',
    );
    expect(execution.state).toBe('contained');
    expect(
      execution.steps.flatMap(({ probes }) => probes.map(({ result }) => result)).every((result) => result === 'holds'),
    ).toBe(true);
    expect(execution.steps.flatMap((step) => step.changes)).toEqual(changes);
    ({ incident } = execution);
    const status = await firebreak('status', incident, ...where);
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toMatch(/: contained\. A fresh collect shows nothing protected that is reachable\./);
  });

  test('every captured token is dead, and a new one may no longer do what the old one could', async () => {
    for (const token of Object.values(tokens))
      expect(
        await eventually(
          () => statusOfList(token),
          (status) => status !== 200,
        ),
      ).toBe(401);
    const fresh = await requestToken();
    expect(await mayPatchModels(fresh)).toBe(false);
    expect(await statusOfList(fresh)).toBe(403);
  });

  onceIsEnough('on a fresh collect nothing protected is within reach', async () => {
    const blast = await answerOf(blastSchema, 0, 'blast', ...from, '--compromised', compromised);
    expect(blast.jewels).toEqual([]);
    const paths = await answerOf(pathsSchema, 0, 'paths', ...from, '--start', compromised);
    expect(paths.paths).toEqual([]);
  });

  test('what the plan names has changed; every other object is the same to the byte', async () => {
    expect(differences(before, await everything(cluster.api))).toEqual([...new Set(changes.map(pathOfChange))].sort());
  });

  onceIsEnough('the evidence verifies with its key, and not with any byte flipped', async () => {
    const file = join(data, 'evidence.tar');
    const exported = await firebreak('evidence', 'export', incident, '-o', file, ...where);
    const key = exported.stdout.match(/verifier key: (.+)/)?.[1] ?? '';
    const report = await answerOf(evidenceReportSchema, 0, 'evidence', 'verify', file, '--key', key);
    expect(report).toMatchObject({ ok: true, incident, keySource: 'given' });
    const bytes = await readFile(file);
    for (const share of [0.3, 0.97]) {
      const forged = Buffer.from(bytes);
      const place = Math.floor(bytes.length * share);
      forged[place] = (forged[place] ?? 0) ^ 1;
      await writeFile(`${file}.forged`, forged);
      const { code, stdout } = await firebreak('evidence', 'verify', `${file}.forged`, '--key', key);
      expect({ place, code, verdict: /NOT VERIFIED/.test(stdout) }).toEqual({ place, code: 1, verdict: true });
    }
  });

  test('undo brings every changed object back, except for what the server owns', async () => {
    const execution = await answerOf(executionSchema, 0, 'undo', incident, ...on, ...where, '--as', 'ada');
    expect(execution.state).toBe('undone');
    const after = await everything(cluster.api);
    expect(realDifferences(before, after)).toEqual([]);
    expect(new Set(changes.map(pathOfChange))).toEqual(new Set([...differences(before, after)]));
    expect(await mayPatchModels(await requestToken())).toBe(true);
  });

  onceIsEnough('undone is undone: a second time there is nothing to do, and nothing is done', async () => {
    const then = await everything(cluster.api);
    const execution = await answerOf(executionSchema, 0, 'undo', incident, ...on, ...where, '--as', 'ada');
    expect(execution).toMatchObject({ state: 'undone', steps: [] });
    expect(differences(then, await everything(cluster.api))).toEqual([]);
    // Tokens that were invalidated stay so; that is what the step said.
    for (const token of Object.values(tokens)) expect(await statusOfList(token)).toBe(401);
    const { incidents } = await answerOf(z.object({ incidents: z.array(incidentSchema) }), 0, 'status', ...where);
    expect(incidents).toMatchObject([{ id: incident, state: 'undone' }]);
    expect((await firebreak('status', ...where)).stdout).toContain('undone');
  });
});

const dryRunSchema = z.object({
  steps: z.array(z.object({ problem: z.string().nullable(), changes: z.array(changeSchema) })),
});

const accountRef = cluster.refOf({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: account, namespace } });

async function requestToken(bound?: object): Promise<string> {
  const spec = { expirationSeconds: 3600, ...(bound === undefined ? {} : { boundObjectRef: bound }) };
  const made = await cluster.api.create({ ...accountRef, subresource: 'token' }, { spec }, forever);
  if (!made.ok) throw new Error(made.reason);
  return textAt(made.value, 'status', 'token') ?? '';
}

/** As an attacker gets them: requested, out of a pod, out of a secret. */
async function capturedTokens(): Promise<Record<string, string>> {
  const [path, json] = [...(await everything(cluster.api, namespace))].find(
    ([, object]) => object.includes('"kind":"Pod"') && object.includes(`"serviceAccountName":"${account}"`),
  ) ?? ['no pod', '{}'];
  const pod: unknown = JSON.parse(json);
  const bound = { apiVersion: 'v1', kind: 'Pod', name: path.split('/').at(-1), uid: textAt(pod, 'metadata', 'uid') };
  const secret = await eventually(
    () => cluster.get(['Secret', namespace, `${account}-legacy-token`]),
    (seen) => at(seen, 'data', 'token') !== undefined,
  );
  return {
    requested: await requestToken(),
    mounted: await requestToken(bound),
    legacy: Buffer.from(textAt(secret, 'data', 'token') ?? '', 'base64').toString(),
  };
}

/** What the account's role lets it do: the HTTP status of a real call. */
async function statusOfList(token: string): Promise<number> {
  const ref = { group: 'serving.kserve.io', version: 'v1beta1', plural: 'inferenceservices', namespace };
  for await (const page of cluster.api.withToken(token).list(ref, {}, forever))
    return page.ok ? 200 : (page.status ?? 0);
  return 0;
}

async function mayPatchModels(token: string): Promise<boolean> {
  const body = {
    spec: {
      resourceAttributes: { verb: 'patch', group: 'serving.kserve.io', resource: 'inferenceservices', namespace },
    },
  };
  const answer = await cluster.api.withToken(token).create(reviews.ownAccess, body, forever);
  if (!answer.ok) throw new Error(answer.reason);
  return at(answer.value, 'status', 'allowed') === true;
}

/** Where the object lies that a request is about; a create names it in the body only. */
function pathOfChange({ request, body }: Change): string {
  const path = request.split(' ')[1] ?? '';
  return request.startsWith('POST ') ? `${path}/${textAt(body, 'metadata', 'name')}` : path;
}
