/**
 * A client's secret and its sessions were stolen: by the command line alone, the client is narrowed at a real OpenID provider, the tokens
 * that the responder got hold of are revoked there, and a gateway that keeps sessions of its own is told by a security event, which it
 * verifies with a library. Undone, the client is as it was; what cannot be undone says so.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionSchema, planSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type IssuerWorld, startIssuer } from '../../packages/platform/src/connectors/oauth/cases/provider.case.ts';
import {
  type ReceiverWorld,
  startReceiver,
  transmitterFile,
} from '../../packages/platform/src/connectors/ssf/cases/receiver.case.ts';
import { loadSigningKey } from '../../packages/platform/src/connectors/ssf/signing-key.ts';
import { firebreak, parsed } from './testing/firebreak.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-ssf-'));
let world: IssuerWorld;
let receiver: ReceiverWorld;

beforeAll(async () => {
  world = await startIssuer(join(folder, 'registrations.json'));
  receiver = await startReceiver();
  vi.stubEnv('FIREBREAK_OAUTH_REGISTRATIONS', world.registrations);
  vi.stubEnv('FIREBREAK_OAUTH_TOKENS', join(folder, 'tokens.json'));
  vi.stubEnv('RECEIVER_TOKEN', receiver.token);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await receiver.stop();
  await world.stop();
  rmSync(folder, { recursive: true });
});

test('cut, revoked, told; and undone as far as it can be', async () => {
  const transmitter = transmitterFile(folder, receiver);
  writeFileSync(join(folder, 'transmitter.yaml'), JSON.stringify(transmitter), { mode: 0o600 });
  const { publicJwk } = await loadSigningKey(transmitter.key);
  receiver.trust = { issuer: transmitter.issuer, keys: [publicJwk] };
  const { access, refresh } = await world.tokensOfUser();
  const held = { client_id: world.client.client_id };
  const tokens = [
    { ...held, name: 'refresh', token: refresh, token_type_hint: 'refresh_token' },
    { ...held, name: 'access', token: access, token_type_hint: 'access_token' },
  ];
  writeFileSync(join(folder, 'tokens.json'), JSON.stringify(tokens), { mode: 0o600 });
  // As the gateway knows the client: by its name.
  const session = receiver.signIn('trainer@example.com');
  const attack = async () => [
    (await world.asClient('models:write')).status,
    await world.userinfo(access),
    await world.refresh(refresh),
    await receiver.use(session),
  ];
  expect(await attack()).toEqual([200, 200, 200, 200]);

  const from = ['--from', `oauth:${world.issuer}`, '--from', `ssf:${join(folder, 'transmitter.yaml')}`];
  const data = ['--data', join(folder, 'data')];
  const place = world.issuer.replace('http://', '');
  const wish = [
    '--compromised',
    `oauth:ClientSecret/${place}/${world.client.client_id}`,
    '--protect',
    `id=oauth:Scope/${place}/models:write`,
  ];
  const planned = await firebreak('plan', ...from, ...wish, '--json');
  const plan = parsed(planSchema, planned.code ?? 1, planned);
  expect(plan.steps.map(({ lever }) => lever.action).sort()).toEqual([
    'oauth.narrow-client',
    'oauth.revoke-tokens',
    'ssf.session-revoked',
  ]);
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const ended = await firebreak('contain', file, ...from, ...data, '--approve', '--json');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(execution.state).toBe('contained');
  expect(await attack()).toEqual([400, 401, 400, 401]);
  expect(receiver.taken.size).toBe(1);

  const undone = await firebreak('undo', execution.incident, ...from, ...data);
  expect(undone.stdout + undone.stderr).toMatch(/cannot be unsaid|worthless for good/);
  expect(await attack()).toEqual([200, 401, 400, 401]);
  const said = planned.stdout + ended.stdout + ended.stderr + undone.stdout + undone.stderr;
  for (const secret of [access, refresh, receiver.token, world.client.client_secret])
    expect(said).not.toContain(secret);
  expect(readFileSync(file, 'utf8')).not.toContain(access);
});
