/**
 * A lever that a team declared itself, from the plan to the undo, by the command line alone: a gateway with an API of its own, which no
 * connector knows, lets a client through to the models. Once where a fresh collect shows the effect (the lever rewrites the file of
 * registrations that is read), once where only the lever's own reading does: that is never called contained.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { executionSchema, planCheckSchema, planSchema } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  type Gateway,
  routeLever,
  slot,
  startGateway,
} from '../../packages/platform/src/connectors/declared/cases/gateway.case.ts';
import { firebreak, parsed } from './testing/firebreak.ts';

const folder = mkdtempSync(join(tmpdir(), 'firebreak-declared-'));
const client = 'oauth:Client/op.example.com/chat';
const models = 'oauth:Scope/op.example.com/models';
const clients = join(folder, 'clients.json');
const registration = { client_id: 'chat', client_secret: 's', grant_types: ['client_credentials'] };
let gateway: Gateway;

beforeAll(async () => {
  gateway = await startGateway();
  vi.stubEnv('GATEWAY_TOKEN', gateway.token);
  writeFileSync(clients, JSON.stringify({ issuer: 'op.example.com', items: [{ ...registration, scope: 'models' }] }));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

const attack = async () => (await fetch(`${gateway.url}/use/chat`)).status;

async function planned(lever: object) {
  const file = join(folder, 'lever.yaml');
  writeFileSync(file, JSON.stringify(lever), { mode: 0o600 });
  const from = ['--from', `oauth:${clients}`, '--from', `declared:${file}`];
  const data = ['--data', join(folder, 'data')];
  const wish = ['--compromised', 'oauth:ClientSecret/op.example.com/chat', '--protect', `id=${models}`];
  const shown = await firebreak('plan', ...from, ...wish, '--json');
  const plan = parsed(planSchema, shown.code ?? 1, shown);
  const planFile = join(folder, 'plan.json');
  writeFileSync(planFile, JSON.stringify(plan));
  return { from, data, plan, planFile, file };
}

test('a fresh collect shows it: contained, and undone', async () => {
  const store = JSON.stringify(clients);
  const edit = (change: string) => ({
    run: process.execPath,
    args: [
      '-e',
      `const fs=require('fs');const all=JSON.parse(fs.readFileSync(${store},'utf8'));const it=all.items.find(c=>c.client_id===process.argv[1]);${change}`,
      slot('client'),
    ],
  });
  const save = `fs.writeFileSync(${store},JSON.stringify(all))`;
  const { from, data, plan, planFile } = await planned(
    routeLever(gateway.url, {
      id: 'drop-scope',
      title: 'Take the scope away in the file of registrations',
      stage: 'access',
      parameters: { client: { from: 'name' } },
      do: { command: edit(`it.scope='';${save}`) },
      undo: {
        command: {
          ...edit(`let t='';process.stdin.on('data',c=>t+=c).on('end',()=>{it.scope=JSON.parse(t).scope;${save}})`),
          stdin: { scope: { $before: '/scope' } },
        },
      },
      read: { command: edit('console.log(JSON.stringify({scope:it.scope}))'), state: { scope: '/output/scope' } },
      inEffect: [{ at: '/scope', is: '' }],
      probes: [
        {
          what: 'The registration gives no scope',
          command: edit("process.exit(it.scope===''?0:1)"),
          holds: { exit: [0] },
        },
      ],
    }),
  );
  expect(plan.verdict).toBe('contained');
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual(['declared.access']);
  const checked = await firebreak('plan', 'check', planFile, ...from, '--json');
  expect(parsed(planCheckSchema, checked.code ?? 1, checked).ok).toBe(true);

  const ended = await firebreak('contain', planFile, ...from, ...data, '--approve', '--json');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(execution.state).toBe('contained');
  expect(JSON.parse(readFileSync(clients, 'utf8')).items[0].scope).toBe('');
  const undone = await firebreak('undo', execution.incident, ...from, ...data);
  expect(undone.stdout + undone.stderr).toContain('undone');
  expect(JSON.parse(readFileSync(clients, 'utf8')).items[0].scope).toBe('models');
});

test('only the lever shows it: the attacker is kept out, and it is said by whose word', async () => {
  const { from, data, plan, planFile, file } = await planned(
    routeLever(gateway.url, {
      target: `id=${client}`,
      parameters: { route: { value: 'chat' } },
      severs: [{ edge: 'CLIENT_SCOPE', from: 'target', to: `id=${models}` }],
      shown: 'declaration',
    }),
  );
  expect(plan.steps.map(({ lever }) => lever.action)).toEqual(['declared.network']);
  expect(await attack()).toBe(200);
  const dry = await firebreak('contain', planFile, ...from, ...data);
  expect(dry.stdout).toContain(`PATCH ${gateway.url}/routes/chat`);
  expect(await attack()).toBe(200);

  const ended = await firebreak('contain', planFile, ...from, ...data, '--approve', '--json');
  const execution = parsed(executionSchema, ended.code ?? 1, ended);
  expect(await attack()).toBe(403);
  expect(execution.steps.flatMap(({ probes }) => probes).map(({ result }) => result)).toEqual(['holds']);
  expect(execution.state).toBe('done-unproven');
  expect(execution.proof?.reachable).toEqual([]);
  expect(execution.proof?.detail).toContain('By declaration of lever.yaml#1');

  // Another definition than the one that was approved is not pulled, not even to undo.
  const reviewed = readFileSync(file);
  writeFileSync(file, JSON.stringify({ ...JSON.parse(reviewed.toString()), cost: 1 }));
  const refused = await firebreak('undo', execution.incident, ...from, ...data);
  expect(refused.stdout + refused.stderr).toContain('FB-LEVER-CHANGED');
  expect(await attack()).toBe(403);
  writeFileSync(file, reviewed);
  const undone = await firebreak('undo', execution.incident, ...from, ...data);
  expect(undone.stdout + undone.stderr).toContain('undone');
  expect(await attack()).toBe(200);
});
