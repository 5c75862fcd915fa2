/**
 * A client's secret was stolen, from the plan to the undo, by the command line alone, on a real OpenID provider: the attacker gets tokens
 * for the models before, none after, and again once it is undone. The tokens that they have already are revoked in the same plan.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionSchema, planCheckSchema, planSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type IssuerWorld,
  startIssuer,
  tokenIn,
} from '../../packages/platform/src/connectors/oauth/cases/provider.case.ts';
import { firebreak, parsed } from './testing/firebreak.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-oauth-'));
let world: IssuerWorld;

beforeAll(async () => {
  world = await startIssuer(join(folder, 'registrations.json'), true);
  vi.stubEnv('FIREBREAK_OAUTH_REGISTRATIONS', world.registrations);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await world.stop();
  rmSync(folder, { recursive: true });
});

test.each([
  ['one scope', 'models:write', 'oauth.narrow-client', 200],
  ['everything', undefined, 'oauth.disable-client', 400],
] as const)('%s is to be saved', async (_, scope, action, others) => {
  const from = ['--from', `oauth:${world.issuer}`];
  const data = ['--data', join(folder, 'data')];
  const place = world.issuer.replace('http://', '');
  const protect = scope === undefined ? 'kind=Scope' : `id=oauth:Scope/${place}/${scope}`;
  const wish = ['--compromised', `oauth:ClientSecret/${place}/${world.client.client_id}`, '--protect', protect];
  const planned = await firebreak('plan', ...from, ...wish, '--json');
  const plan = parsed(planSchema, planned.code ?? 1, planned);
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.filter(({ reason }) => reason === 'cut').map(({ lever }) => lever.action)).toEqual([action]);
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const checked = await firebreak('plan', 'check', file, ...from, '--json');
  expect(parsed(planCheckSchema, checked.code ?? 1, checked).ok).toBe(true);

  const attack = async () => (await world.asClient('models:write')).status;
  expect(await attack()).toBe(200);
  const second = plan.steps.some(({ drastic }) => drastic) ? ['--second', 'ben'] : [];
  const ended = await firebreak('contain', file, ...from, ...data, '--approve', '--as', 'ann', ...second, '--json');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(execution.state).toBe('contained');
  expect(await attack()).toBe(400);
  expect((await world.asClient('models:read')).status).toBe(others);
  for (const secret of [world.client.client_secret, tokenIn(world.registrations)])
    expect(planned.stdout + ended.stdout + ended.stderr).not.toContain(secret);

  const undone = await firebreak('undo', execution.incident, ...from, ...data);
  expect(undone.stdout + undone.stderr).toContain('undone');
  expect(await attack()).toBe(200);
});
