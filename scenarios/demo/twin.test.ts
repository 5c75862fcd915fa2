/**
 * The whole day on the demo estate, in one process: world in; findings, plan and ledger out, as a reviewed snapshot
 * (`day.snap.md`; read the difference before you update it). The API server is the in-memory twin, everything else is the
 * real thing: PostgreSQL, ledger, runner, proof, undo.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planIncident } from '../../packages/platform/src/app/handlers/containment.ts';
import { mustHaveField, openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openDemo, type Target } from '../../packages/platform/src/app/targets.ts';
import type { Twin } from '../../packages/platform/src/connectors/kubernetes/twin.ts';
import { blastOf } from '../../packages/platform/src/graph/blast.ts';
import { exportEvidence } from '../../packages/platform/src/ledger/evidence-export.ts';
import { verifyEvidence } from '../../packages/platform/src/ledger/evidence-verify.ts';
import { type TestServer, testServer } from '../../packages/platform/src/storage/test-database.ts';

const signal = new AbortController().signal;
const compromised = 'kubernetes:ServiceAccount/ml-serving/predictor-runner';
const binding = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  plural: 'rolebindings',
  namespace: 'ml-serving',
  name: 'predictors-deploy',
};
let server: TestServer;
let data: string;
let target: Target;
let station: Station;

beforeAll(async () => {
  server = await testServer();
  data = await mkdtemp(join(tmpdir(), 'firebreak-twin-'));
  target = await openDemo(signal);
  station = await openStation({ data, database: await server.database(), target });
});
afterAll(async () => {
  await station.close();
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

test('from the abused account to contained, verified and undone', async () => {
  const { holder, runner } = mustHaveField(station);
  const twin = target.session as Twin;
  const { graph } = await holder.current(signal);
  const blast = blastOf(graph, [graph.resolve(compromised)]);
  const { id } = await station.incidents.open({
    title: 'Abuse',
    compromised: [compromised],
    protect: 'default',
    by: 'ada',
  });
  const plan = await planIncident(station, id, 'ada', signal);
  const before = await subjectsOf(twin);

  await runner.start({ incident: id, plan, by: 'ada' });
  await runner.approve({ incident: id, digest: plan.digest, by: 'ada' });
  await runner.approve({ incident: id, digest: plan.digest, by: 'grace' });
  runner.work();
  const contained = await runner.settled((await runner.status(id))?.id ?? '', signal);
  expect(contained.state).toBe('contained');

  // Delivery is suspended, so no round of it puts the attacker's grant back.
  for (let round = 0; round < 3; round += 1) twin.tick();
  expect(await subjectsOf(twin)).toEqual([]);

  const evidence = await verifyEvidence(exportEvidence({ ledger: station.ledger, incident: id, actor: 'ada' }), {
    verifierKey: station.ledger.verifierKey,
  });
  expect(evidence.checks.filter(({ ok }) => !ok)).toEqual([]);

  const undone = await runner.settled((await runner.undo({ incident: id, by: 'grace' })).id, signal);
  expect(undone.state).toBe('undone');
  expect(await subjectsOf(twin)).toEqual(before);

  const kinds: string[] = [];
  for await (const { entry } of station.ledger.entries(id))
    kinds.push(`${entry.kind} by ${entry.actor.replace(/^worker:.*/, 'worker')}`);
  await expect(page(blast, plan, contained, kinds)).toMatchFileSnapshot('day.snap.md');
});

test('without stopping delivery first, the next sync undoes the cut', async () => {
  const demo = await openDemo(signal);
  const twin = demo.session as Twin;
  const grants = await subjectsOf(twin);
  await twin.patch(binding, 'merge', { subjects: [] }, signal);
  expect(await subjectsOf(twin)).toEqual([]);
  for (let round = 0; round < 3; round += 1) twin.tick();
  expect(await subjectsOf(twin)).toEqual(grants);
  await demo.close();
});

async function subjectsOf(twin: Twin): Promise<unknown> {
  const read = await twin.get(binding, signal);
  return read.ok ? (read.value.subjects ?? []) : read.failure;
}

type Blast = ReturnType<typeof blastOf>;
type Plan = Awaited<ReturnType<typeof planIncident>>;
type Execution = Awaited<ReturnType<ReturnType<typeof mustHaveField>['runner']['settled']>>;

function page(blast: Blast, plan: Plan, execution: Execution, ledger: readonly string[]): string {
  return [
    '# The day on the demo estate',
    '',
    '## What the account reaches',
    '',
    `${blast.counts.reached} of ${blast.counts.nodes} nodes; the crown jewels among them:`,
    '',
    ...blast.jewels.map((jewel) => `- ${jewel.id}: ${jewel.jewel}`),
    '',
    '## Plan',
    '',
    `${plan.verdict}, cut ${plan.cutCost}, lower bound ${plan.lowerBound}, with everything ${plan.totalCost}`,
    '',
    ...plan.steps.map((step) => `${step.ordinal}. [${step.stage}, ${step.reason}] ${step.title}`),
    '',
    '## What the probes showed',
    '',
    ...execution.steps.flatMap((step) =>
      step.probes.map((probe) => `- ${step.ordinal}: ${probe.result}: ${probe.what}`),
    ),
    '',
    '## Ledger',
    '',
    ...ledger.map((entry) => `- ${entry}`),
    '',
  ].join('\n');
}
