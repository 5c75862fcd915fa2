/** The whole day of a responder whose Firebreak runs as a server: the demo's twin behind real HTTP, handlers and database. */
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Plan } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256Hex } from '../kernel/digest.ts';
import { sealPlan } from '../planning/plan-digest.ts';
import { bareWorld, run } from './testing/run.ts';
import { type ServedDemo, serveDemo } from './testing/served-demo.ts';

let served: ServedDemo;
let folder: string;
let planFile: string;
let plan: Plan;
beforeAll(async () => {
  served = await serveDemo();
  ({ folder, planFile, plan } = served);
});
afterAll(() => served.close());

const as = (name: string, ...argv: string[]) => served.as(name, ...argv);
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

  const looked = await as('Ada', 'watch', id, '--once', '--re-assert');
  expect({ exit: looked.exit, watch: JSON.parse(looked.out).watch }).toMatchObject({
    exit: 0,
    watch: { mode: 're-assert', lookedAt: expect.any(String), note: null },
  });
  expect(errorOf(await as('Ada', 'renew', id)).code).toBe('FB-LEASE-NONE');
  expect(errorOf(await as('Ada', 'pause', id)).code).toBe('FB-EXECUTION-STATE');
  expect(errorOf(await as('Vera', 'abort', id)).code).toBe('FB-AUTH-FORBIDDEN');
  expect(execution.incident).toBe(id);
  expect(await incidents()).toMatchObject([{ id, title: 'From afar', state: 'contained', openedBy: 'Ruth' }]);

  const file = join(folder, 'evidence.tar');
  const exported = JSON.parse((await as('Vera', 'evidence', 'export', id, '-o', file, '--reason', 'for counsel')).out);
  let last: unknown;
  for await (const { entry } of served.station.ledger.entries(id)) last = entry;
  expect(last).toMatchObject({
    kind: 'custody.exported',
    actor: 'Vera',
    body: { why: 'for counsel', file: { sha256: sha256Hex(await readFile(file)), whole: true } },
  });
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
