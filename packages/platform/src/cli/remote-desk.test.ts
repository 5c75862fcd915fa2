/** The whole day of a responder whose Firebreak runs as a server: the demo's twin behind real HTTP, handlers and database. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plan, Role } from '@firebreak/contract';
import pino from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handlersOf } from '../app/handlers/index.ts';
import { openStation, type Station } from '../app/station.ts';
import { openDemo } from '../app/targets.ts';
import { Authenticator, newSecret } from '../http/authenticate.ts';
import { buildServer } from '../http/server.ts';
import { loadSolver } from '../planning/hitting-set.ts';
import { makePlan } from '../planning/make-plan.ts';
import { sealPlan } from '../planning/plan-digest.ts';
import { type TestServer, testServer } from '../storage/test-database.ts';
import { bareWorld, run } from './testing/run.ts';

let folder: string;
let database: TestServer;
let station: Station;
let stop: () => Promise<void>;
let server: string;
let planFile: string;
let plan: Plan;
const tokens = new Map<string, string>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-remote-'));
  database = await testServer();
  const signal = new AbortController().signal;
  station = await openStation({ data: folder, database: await database.database(), target: await openDemo(signal) });
  const authenticator = new Authenticator(station.storage.authStore, station.clock);
  const { app } = await buildServer({
    handlers: handlersOf(station, authenticator),
    authenticator,
    logger: pino({ level: 'silent' }),
    version: '1.2.3',
    console: undefined,
    checkAnswers: true,
  });
  stop = () => app.close();
  station.field?.runner.work();
  server = await app.listen({ host: '127.0.0.1', port: 0 });
  for (const [name, role] of [
    ['Vera', 'viewer'],
    ['Ruth', 'responder'],
    ['Ada', 'approver'],
    ['Grace', 'approver'],
  ] as const)
    tokens.set(name, await tokenOf(authenticator, name, role));
  plan = await planOf(station, signal);
  planFile = join(folder, 'plan.json');
  await writeFile(planFile, JSON.stringify(plan));
});
afterAll(async () => {
  await stop();
  await station.close();
  await database.stop();
  await rm(folder, { recursive: true });
});

async function tokenOf(authenticator: Authenticator, name: string, role: Role): Promise<string> {
  const invitation = await authenticator.invite(name, role, 'test');
  const { caller } = await authenticator.signIn(invitation.secret, undefined);
  const secret = newSecret();
  const expiresAt = new Date(Date.now() + 3600_000);
  await station.storage.authStore.createToken({ secret, name: 'cli', role, owner: caller.id, expiresAt });
  return secret;
}

async function planOf({ field }: Station, signal: AbortSignal): Promise<Plan> {
  if (field === undefined) throw new Error('there is no target');
  const { graph } = await field.holder.collect(signal);
  const compromised = [graph.resolve('ServiceAccount/ml-serving/predictor-runner')];
  return makePlan(graph, { compromised, protect: 'default', actions: field.actions }, await loadSolver());
}

/** A world without any desk of its own: what is answered, the server answered. */
const as = (name: string, ...argv: string[]) =>
  run(bareWorld({}), [...argv, '--server', server, '--token', tokens.get(name) ?? name, '--json']);
const errorOf = ({ err }: { err: string }) => JSON.parse(err).error as { code: string; why: string };
const incidents = async () => JSON.parse((await as('Vera', 'status')).out).incidents as { id: string; state: string }[];

test('a dry-run shows the requests and leaves nothing behind', async () => {
  const { exit, out } = await as('Ruth', 'contain', planFile);
  expect(exit).toBe(0);
  const { steps } = JSON.parse(out);
  expect(steps.map(({ stepId }: { stepId: string }) => stepId)).toEqual(plan.steps.map(({ id }) => id));
  expect(await incidents()).toEqual([]);
});

test('roles hold: a viewer looks, a stranger does not even that', async () => {
  const stranger = await as('nobody', 'status');
  expect(stranger.exit).toBe(2);
  expect(errorOf(stranger).code).toBe('FB-AUTH-REQUIRED');
  const viewer = await as('Vera', 'contain', planFile);
  expect(viewer.exit).toBe(2);
  expect(errorOf(viewer).code).toBe('FB-AUTH-FORBIDDEN');
});

test('a plan that says other than it does gets nowhere, however well it is sealed', async () => {
  const { digest: _, ...content } = plan;
  const [first, ...rest] = plan.steps;
  if (first === undefined) throw new Error('the plan has no step');
  const lies: Record<string, Plan> = {
    title: sealPlan({ ...content, steps: [{ ...first, title: 'Rename a ConfigMap' }, ...rest] }),
    undo: sealPlan({ ...content, steps: [{ ...first, reversal: { ...first.reversal, how: 'By itself.' } }, ...rest] }),
    cut: sealPlan({ ...content, steps: plan.steps.map((step) => ({ ...step, severs: [] })) }),
    sums: sealPlan({ ...content, totalCost: 0 }),
  };
  for (const [name, lie] of Object.entries(lies)) {
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify(lie));
    const { exit, out, err } = await as('Ruth', 'contain', file, '--approve', '--title', 'From afar');
    expect({ exit, out, name }).toEqual({ exit: 1, out: '', name });
    expect(JSON.parse(err).error.code, name).toBe('FB-PLAN-CHECK-FAILED');
  }
});

test('contained by as many people as it takes, proved, handed over, undone', async () => {
  // what failed before left one incident, which gets the plan
  const brought = await as('Ruth', 'contain', planFile, '--approve');
  const [{ id } = { id: '' }] = await incidents();
  expect(errorOf(brought)).toMatchObject({ code: 'FB-APPROVAL-REFUSED', why: expect.stringContaining(id) });

  // a file whose content was changed under the same digest must not approve what waits under it
  const swapped = join(folder, 'swapped.json');
  await writeFile(swapped, JSON.stringify({ ...plan, steps: [] }));
  const unsealed = await as('Ada', 'contain', swapped, '--approve');
  expect({ exit: unsealed.exit, code: errorOf(unsealed).code }).toEqual({ exit: 2, code: 'FB-PLAN-INVALID' });

  // one step is drastic; the same person again changes nothing and is no error
  for (let time = 0; time < 2; time += 1) {
    const waiting = await as('Ada', 'contain', planFile, '--approve');
    expect(waiting.exit).toBe(1);
    expect(JSON.parse(waiting.out).state).toBe('waiting-approval');
  }
  const ended = await as('Grace', 'contain', planFile, '--approve');
  const execution = JSON.parse(ended.out);
  expect({ exit: ended.exit, state: execution.state, err: ended.err }).toEqual({
    exit: 0,
    state: 'contained',
    err: '',
  });
  expect(execution.incident).toBe(id);
  expect(await incidents()).toMatchObject([{ id, title: 'From afar', state: 'contained', openedBy: 'Ruth' }]);

  const file = join(folder, 'evidence.tar');
  const exported = JSON.parse((await as('Vera', 'evidence', 'export', id, '-o', file)).out);
  const verify = (...argv: string[]) => run(bareWorld({}), ['evidence', 'verify', ...argv, '--json']);
  const report = await verify(file, '--key', exported.verifierKey);
  expect(report.exit).toBe(0);
  expect(JSON.parse(report.out)).toMatchObject({ ok: true, incident: id, keySource: 'given' });

  const bytes = await readFile(file);
  const at = bytes.indexOf('"kind":"step.applied"');
  bytes.write('"kind":"step.skipped"', at);
  const tampered = join(folder, 'tampered.tar');
  await writeFile(tampered, bytes);
  expect((await verify(tampered)).exit).toBe(1);
  for (const garbage of [planFile, folder, join(folder, 'nowhere.tar')]) {
    const unreadable = await verify(garbage);
    expect(unreadable.exit, garbage).toBe(2);
    expect(errorOf(unreadable).code).toBe('FB-EVIDENCE-UNREADABLE');
  }

  const undone = await as('Ada', 'undo', id);
  expect({ exit: undone.exit, state: JSON.parse(undone.out).state }).toEqual({ exit: 0, state: 'undone' });
  expect(JSON.parse((await as('Vera', 'status', id)).out)).toMatchObject({ incident: { state: 'undone' } });
});

test('an incident that is not there is 2', async () => {
  for (const argv of [
    ['status', 'inc_none'],
    ['undo', 'inc_none'],
    ['evidence', 'export', 'inc_none', '-o', join(folder, 'x')],
  ]) {
    const ended = await as('Ada', ...argv);
    expect(ended.exit).toBe(2);
    expect(errorOf(ended).code).toBe('FB-NOT-FOUND');
  }
});

test('a server that is none of ours is told apart from one that is not there', async () => {
  const seen: string[] = [];
  const listening: Server[] = [];
  const elsewhere = async (answer: RequestListener) => {
    const other = createServer((request, response) => {
      seen.push(`${request.headers.authorization}`);
      answer(request, response);
    });
    listening.push(other);
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  };
  const ask = (address: string) => run(bareWorld({}), ['status', '--server', address, '--token', 'secret', '--json']);
  const trap = await elsewhere((_, response) => void response.end());
  const answers: [string, string][] = [
    ['FB-ANSWER-INVALID', await elsewhere((_, response) => void response.end('<html>'))],
    ['FB-ANSWER-INVALID', await elsewhere((_, response) => void response.end('{"incidents":[{"id":7}]}'))],
    ['FB-ANSWER-INVALID', await elsewhere((_, response) => void response.writeHead(500).end('{"code":"__proto__"}'))],
    ['FB-SERVER-UNREACHABLE', await elsewhere((_, response) => void response.writeHead(302, { location: trap }).end())],
    ['FB-SERVER-UNREACHABLE', await elsewhere((_, response) => void response.destroy())],
    ['FB-SERVER-UNREACHABLE', 'http://127.0.0.1:1'],
  ];
  for (const [code, address] of answers) expect(errorOf(await ask(address)).code, address).toBe(code);
  expect(seen).toHaveLength(5);
  for (const each of listening) each.close();
});
