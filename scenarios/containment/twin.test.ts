/**
 * The whole day on the in-memory twin of the demo estate, in one process: what is found, what is planned, what the ledger
 * tells. The files beside this one are reviewed outcomes; `vitest -u` rewrites them, and the difference is to be read.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Blast, LedgerEntry, Plan } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { authorize } from '../../packages/platform/src/app/authorize.ts';
import { planIncident } from '../../packages/platform/src/app/handlers/containment.ts';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { actions } from '../../packages/platform/src/connectors/kubernetes/actions/index.ts';
import { sameButServerOwned } from '../../packages/platform/src/connectors/kubernetes/actions/objects/server-owned.ts';
import type { ApiObject } from '../../packages/platform/src/connectors/kubernetes/api.ts';
import { readManifests } from '../../packages/platform/src/connectors/kubernetes/files.ts';
import kubernetes from '../../packages/platform/src/connectors/kubernetes/index.ts';
import { countedIds, makeTwin, type Twin } from '../../packages/platform/src/connectors/kubernetes/twin.ts';
import { collectSession } from '../../packages/platform/src/facts/collect.ts';
import type { AttackGraph } from '../../packages/platform/src/graph/attack-graph.ts';
import { blastOf } from '../../packages/platform/src/graph/blast.ts';
import { deriveGraph } from '../../packages/platform/src/graph/derive-graph.ts';
import { edgeRules } from '../../packages/platform/src/graph/edges/index.ts';
import { nodeRules } from '../../packages/platform/src/graph/nodes/index.ts';
import { loadSolver } from '../../packages/platform/src/planning/hitting-set.ts';
import { makePlan } from '../../packages/platform/src/planning/make-plan.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';

const compromised = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
const estateFolder = fileURLToPath(new URL('../../content/demo-estate/kubernetes', import.meta.url));
const signal = new AbortController().signal;

let graph: AttackGraph;
let plan: Plan;
beforeAll(async () => {
  graph = await graphOf(await newTwin());
  plan = makePlan(
    graph,
    { compromised: [graph.resolve(compromised)], protect: 'default', actions },
    await loadSolver(),
  );
});

test('what the abused account can reach', async () => {
  await expect(findings(blastOf(graph, [graph.resolve(compromised)]))).toMatchFileSnapshot('twin.findings.snap.md');
});

test('the plan', async () => {
  await expect(steps(plan)).toMatchFileSnapshot('twin.plan.snap.md');
});

test('without stopping delivery first, the next sync puts the bindings back; with it, it does not', async () => {
  const hasty = await newTwin();
  await carryOut(
    hasty,
    plan.steps.filter(({ stage }) => stage !== 'delivery'),
  );
  expect(await jewelsWithinReach(hasty)).toEqual([]);
  expect(hasty.tick()).toEqual([
    'RoleBinding/ml-serving/predictors-deploy',
    'RoleBinding/ml-serving/predictors-read-store',
  ]);
  expect(await jewelsWithinReach(hasty)).not.toEqual([]);

  const patient = await newTwin();
  await carryOut(patient, plan.steps);
  expect(patient.tick()).toEqual([]);
  expect(await jewelsWithinReach(patient)).toEqual([]);
});

test('a payload that delivery keeps putting back stays away once delivery is stopped', async () => {
  const model = {
    group: 'serving.kserve.io',
    version: 'v1beta1',
    plural: 'inferenceservices',
    namespace: 'ml-serving',
    name: 'fraud-scorer',
  };
  const cleaned = { metadata: { annotations: { 'example.com/cleaned': 'yes' } } };
  const hasty = await newTwin();
  await hasty.patch(model, 'merge', cleaned, signal);
  expect(hasty.tick()).toEqual(['InferenceService/ml-serving/fraud-scorer']);

  const patient = await newTwin();
  await carryOut(
    patient,
    plan.steps.filter(({ stage }) => stage === 'delivery'),
  );
  await patient.patch(model, 'merge', cleaned, signal);
  expect(patient.tick()).toEqual([]);
});

let server: TestServer;
let data: string;
beforeAll(async () => {
  server = await testServer();
  data = await mkdtemp(join(tmpdir(), 'firebreak-twin-'));
});
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

test('from the incident to undone, and what the ledger tells of it', async () => {
  const twin = await newTwin();
  const before = [...twin.objects()];
  const target = {
    spec: 'demo',
    actions: kubernetes.actions,
    session: () => twin,
    collect: () => collectSession(kubernetes, twin, signal),
    follow: undefined,
    close: () => twin.close(),
  };
  const station = await openStation({ data, database: await server.database(), target });
  try {
    const { runner } = station.field ?? expect.unreachable('a station with a target has a field');
    const { id: incident } = await station.incidents.open({
      title: 'The day',
      compromised: [compromised],
      protect: 'default',
      by: 'ada',
    });
    const { digest } = await planIncident(station, incident, 'ada', signal);
    await runner.start({ incident, plan: await station.incidents.plan(incident), by: 'ada' });
    await runner.approve({ incident, digest, by: 'ada', role: 'approver' });
    const { id: execution } = await runner.approve({ incident, digest, by: 'grace', role: 'approver' });
    runner.work();
    expect((await runner.settled(execution)).state).toBe('contained');
    expect((await station.incidents.get(incident)).state).toBe('contained');
    expect(twin.tick()).toEqual([]);

    const { id: undo } = await runner.undo({ incident, by: 'grace' });
    expect((await runner.settled(undo)).state).toBe('undone');
    expect(changed(before, [...twin.objects()])).toEqual([]);
    await expect(await told(station, incident)).toMatchFileSnapshot('twin.ledger.snap.md');
  } finally {
    await station.close();
  }
});

/** The demo estate as `npm start` loads it, with ids and times that are the same in every run. */
async function newTwin(): Promise<Twin> {
  const twin = makeTwin({ authorize, ids: countedIds(), now: () => new Date('2026-01-01T00:00:00Z') });
  const objects: ApiObject[] = [];
  for await (const read of readManifests({ path: estateFolder, maxDocumentBytes: 1 << 20 }, signal)) {
    if ('object' in read) objects.push(read.object);
  }
  expect(twin.load(objects, { start: true })).toEqual([]);
  return twin;
}

async function graphOf(twin: Twin): Promise<AttackGraph> {
  const { estate } = await collectSession(kubernetes, twin, signal);
  return deriveGraph(estate, nodeRules, edgeRules);
}

async function jewelsWithinReach(twin: Twin): Promise<readonly string[]> {
  const now = await graphOf(twin);
  return blastOf(now, [now.resolve(compromised)]).jewels.map(({ id }) => id);
}

async function carryOut(twin: Twin, chosen: Plan['steps']): Promise<void> {
  for (const { lever } of chosen) {
    const action = actions.find(({ id }) => id === lever.action) ?? expect.unreachable(lever.action);
    const params: unknown = action.params.parse(lever.params);
    const attempt = { session: twin, signal, key: lever.key };
    const before = await action.read(attempt, params);
    expect(await action.apply(attempt, params, before.record)).toEqual({ outcome: 'done' });
  }
}

function changed(before: readonly ApiObject[], after: readonly ApiObject[]): readonly string[] {
  const key = ({ kind, metadata }: ApiObject) => `${kind} ${metadata?.namespace ?? ''}/${String(metadata?.name)}`;
  const now = new Map(after.map((object) => [key(object), object]));
  const was = new Map(before.map((object) => [key(object), object]));
  return [...new Set([...was.keys(), ...now.keys()])].filter(
    (each) => !sameButServerOwned(was.get(each) ?? {}, now.get(each) ?? {}),
  );
}

function findings({ counts, jewels, chokepoints, reached }: Blast): string {
  const hops = new Map(reached.map((node) => [node.id, node.hops]));
  return document([
    '# What the abused account can reach',
    `${counts.reached} of ${counts.nodes} nodes, ${counts.jewels} crown jewels among them.`,
    '## Crown jewels',
    ...jewels.map(({ id, jewel }) => `- ${hops.get(id)} steps: ${id} (${jewel})`),
    '## Chokepoints',
    ...chokepoints.slice(0, 10).map(({ id, guards }) => `- ${id} guards ${guards}`),
  ]);
}

function steps({ verdict, cutCost, lowerBound, totalCost, exposure, steps: all, uncut, assumptions }: Plan): string {
  return document([
    '# The plan',
    `Verdict: ${verdict}. ${exposure.protectedReachable} protected nodes were within reach.`,
    `The cut costs ${cutCost}, the least possible is ${lowerBound}; with all steps ${totalCost}. Left uncut: ${uncut.length}.`,
    ...all.flatMap(({ ordinal, stage, reason, title, why, severs, interrupts, restarts, drastic, reversal }) => [
      `## ${ordinal}. ${title}`,
      `- ${stage}, ${reason}${drastic ? ', needs two persons' : ''}`,
      `- why: ${why}`,
      `- severs ${severs.length} edges: ${[...new Set(severs.map(({ type }) => type))].sort().join(', ') || 'none'}`,
      ...interrupts.map(({ who, what }) => `- interrupts ${who.id}: ${what}`),
      ...(restarts.length === 0 ? [] : [`- restart ${restarts.length} pods`]),
      `- undo: ${reversal.how}`,
    ]),
    '## What this assumes',
    ...assumptions.map((each) => `- ${each}`),
  ]);
}

/** Kind, who, and which step; what is drawn or timed is left out. */
async function told({ ledger }: Station, incident: string): Promise<string> {
  const entries: LedgerEntry[] = [];
  for await (const { entry } of ledger.entries(incident)) entries.push(entry);
  expect(entries.map(({ incidentSeq }) => incidentSeq)).toEqual(entries.map((_, at) => at));
  return document([
    '# What the ledger tells',
    ...entries.map(({ incidentSeq, kind, actor, body, blobs }) => {
      const step = typeof body.step === 'string' ? ` ${body.step} ${String(body.target)}` : '';
      const names = blobs.map(({ name }) => name).sort();
      const kept = names.length === 0 ? '' : ` [${names.join(', ')}]`;
      return `${incidentSeq}. ${kind}${step} by ${actor.replace(/^worker:.*/, 'a worker')}${kept}`;
    }),
  ]);
}

function document(lines: readonly string[]): string {
  return `${lines
    .map((line) => (line.startsWith('#') ? `\n${line}\n` : line))
    .join('\n')
    .trim()}\n`;
}
