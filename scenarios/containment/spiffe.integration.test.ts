/**
 * A workload was taken over, and with it the identity that SPIRE gives it: by the command line alone the registration entry is deleted at a
 * server (by the contract of SPIRE's API, over its local socket) and put back. Nobody but a workload can try to fetch an SVID, so the
 * result is `done-unproven`, and says so.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionSchema, planCheckSchema, planSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SpireWorld, startSpire } from '../../packages/platform/src/connectors/spiffe/cases/server.case.ts';
import { firebreak, parsed } from './testing/firebreak.ts';

const folder = mkdtempSync(join(tmpdir(), 'fb-spire-'));
let world: SpireWorld;

beforeAll(async () => {
  world = await startSpire(join(folder, 'api.sock'));
});
afterAll(async () => {
  await world.stop();
  rmSync(folder, { recursive: true });
});

test('planned, checked, carried out, taken back', async () => {
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 't', namespace: 'ml' },
    spec: {
      serviceAccountName: 'trainer',
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'x/y:1' }],
    },
    status: { phase: 'Running' },
  };
  writeFileSync(join(folder, 'pod.yaml'), JSON.stringify(pod));
  const from = ['--from', `kubernetes:${join(folder, 'pod.yaml')}`, '--from', `spiffe:${world.address}`];
  const data = ['--data', join(folder, 'data')];
  const identity = 'spiffe:Identity/example.org/ns/ml/sa/trainer';
  const wish = ['--compromised', 'kubernetes:Container/ml/t/main', '--protect', `id=${identity}`];
  // The pods are told by a file, of which nobody can take evidence.
  const planned = await firebreak('plan', ...from, ...wish, '--forbid', 'kubernetes.snapshot', '--json');
  const plan = parsed(planSchema, planned.code ?? 1, planned);
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever.action)).toEqual([
    'spiffe.delete-entry',
  ]);
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const checked = await firebreak('plan', 'check', file, ...from, '--json');
  const check = parsed(planCheckSchema, checked.code ?? 1, checked);
  expect(check.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(JSON.stringify(check.checks)).toContain('which were not rehearsed');

  const workload = ['k8s:ns:ml', 'k8s:sa:trainer'];
  expect(world.fetch(workload)).toHaveLength(1);
  const ended = await firebreak('contain', file, ...from, ...data, '--approve', '--json');
  expect(ended.stderr).not.toContain('FB-');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(execution.steps.map(({ state }) => state)).toEqual(plan.steps.map(() => 'done'));
  expect(execution.state).toBe('done-unproven');
  expect(execution.proof?.contained).toBe(true);
  expect(world.fetch(workload)).toEqual([]);

  const undone = await firebreak('undo', execution.incident, ...from, ...data);
  expect(undone.stdout + undone.stderr).toContain('undone');
  expect(world.fetch(workload)).toHaveLength(1);
});
