/**
 * A canary on the real LiteLLM proxy, by a real server: its router's weights are moved, who answers is counted at the proxy's own door,
 * guard queries judge the answers, the server is killed in the middle and started again, and a wrong model is taken back.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { CanaryRun, CanaryWish } from '@firebreak/contract';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CanaryUpstream, startUpstream } from './upstream.ts';

const root = new URL('../../', import.meta.url).pathname;
const url = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_URL ?? '';
const key = process.env.FIREBREAK_LITELLM_DATABASE_PROXY_KEY ?? '';
const model = 'adder';
let upstreams: Record<'old' | 'new', CanaryUpstream>;
let data: string;
let server: Served;

interface Served {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly cookie: string;
}

async function proxy(path: string, body: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function serve(): Promise<Served> {
  const args = [
    'packages/platform/src/app/main.ts',
    'serve',
    '--data',
    data,
    '--port',
    '0',
    '--from',
    `litellm:${url}`,
  ];
  const env = { ...process.env, NO_COLOR: '1', LITELLM_API_KEY: key, FIREBREAK_CANARY_PROXY: key };
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env });
  for await (const line of createInterface({ input: child.stdout })) {
    const [link] = /https?:\/\/\S+#link=\S+/.exec(line) ?? [];
    if (link === undefined) continue;
    const { origin, hash } = new URL(link);
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ link: hash.slice('#link='.length) });
    const answer = await fetch(`${origin}/api/sign-in`, { method: 'POST', headers: { ...headers, origin }, body });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    return { child, origin, cookie };
  }
  throw new Error('the server printed no link');
}

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json', cookie: server.cookie, origin: server.origin };
  const answer = await fetch(`${server.origin}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

beforeAll(async () => {
  upstreams = { old: await startUpstream('The sum is 4.'), new: await startUpstream('That makes 4.') };
  data = await mkdtemp(join(tmpdir(), 'firebreak-canary-'));
  for (const id of ['old', 'new'] as const) {
    await proxy('/model/delete', { id });
    const made = await proxy('/model/new', {
      model_name: model,
      litellm_params: { model: `openai/${id}`, api_base: `${upstreams[id].url}/v1`, api_key: 'sk-of-the-provider' },
      model_info: { id },
    });
    expect(made.status).toBe(200);
  }
  server = await serve();
});
afterAll(async () => {
  server?.child.kill('SIGTERM');
  if (server?.child.exitCode === null) await once(server.child, 'exit');
  for (const id of ['old', 'new'] as const) {
    await proxy('/model/delete', { id });
    await upstreams?.[id].stop();
  }
  await rm(data, { recursive: true, force: true });
});

const named = new URL(url === '' ? 'http://localhost' : url).host;
const endpoint = (of: string) => ({ address: `${url}/v1`, model: of, keyFrom: 'FIREBREAK_CANARY_PROXY' });
const wish = (): CanaryWish => ({
  name: 'adder, restored',
  stages: [
    { percent: 20, looks: 1, minSamples: 10, lookSeconds: 1, maxSeconds: 120 },
    { percent: 60, looks: 1, minSamples: 10, lookSeconds: 1, maxSeconds: 120 },
    { percent: 100 },
  ],
  metrics: [
    { name: 'wrong answers', kind: 'pairs', critical: true, source: { from: 'guard', measure: 'mismatches' } },
    { name: 'no answers', kind: 'proportion', group: 'safety', source: { from: 'guard', measure: 'failures' } },
  ],
  traffic: { by: 'lever', action: 'litellm.shift-weights', params: { server: named, model, canary: ['new'] } },
  probe: {
    address: `${url}/v1/chat/completions`,
    body: { model, messages: [{ role: 'user', content: 'ping' }], max_tokens: 1 },
    keyFrom: 'FIREBREAK_CANARY_PROXY',
    tells: { in: 'header', name: 'x-litellm-model-id' },
    baseline: 'old',
    canary: 'new',
    requests: 40,
  },
  guard: {
    baseline: endpoint('old'),
    canary: endpoint('new'),
    queries: [
      { id: 'sum', prompt: '2 + 2?', expect: { be: 'containing', text: '4' }, mustHold: true },
      { id: 'words', prompt: 'two and two?', expect: { be: 'containing', text: '4' } },
    ],
  },
});

async function ended(id: string): Promise<CanaryRun> {
  return vi.waitFor(
    async () => {
      const run = await api<CanaryRun>('GET', `/api/canaries/${id}`);
      if (run.endedAt === null) throw new Error(`${run.state}: ${run.why}`);
      return run;
    },
    { timeout: 150_000, interval: 500 },
  );
}

/** Of forty answers at the proxy's door, how many the new one gave. */
async function shareOfNew(): Promise<number> {
  const before = { old: upstreams.old.asked, new: upstreams.new.asked };
  for (let asked = 0; asked < 40; asked++)
    await (await proxy('/v1/chat/completions', { model, messages: [{ role: 'user', content: 'hello' }] })).text();
  return (upstreams.new.asked - before.new) / (upstreams.new.asked - before.new + upstreams.old.asked - before.old);
}

test('the same answers, killed and started again on the way: all the traffic, counted where it arrives', async () => {
  const { id } = await api<CanaryRun>('POST', '/api/canaries', wish());
  await vi.waitFor(
    async () => {
      const { state, why, percent } = await api<CanaryRun>('GET', `/api/canaries/${id}`);
      expect({ state, percent }, why).toEqual({ state: 'running', percent: 20 });
    },
    { timeout: 60_000, interval: 200 },
  );
  const share = await shareOfNew();
  expect(share).toBeGreaterThan(0);
  expect(share).toBeLessThan(0.6);
  server.child.kill('SIGKILL');
  await once(server.child, 'exit');
  server = await serve();
  const run = await ended(id);
  expect({ state: run.state, why: run.why }).toEqual({ state: 'promoted', why: 'Every stage has passed.' });
  expect(run.moves.map(({ percent, outcome }) => [percent, outcome])).toEqual([
    [20, 'done'],
    [60, 'done'],
    [100, 'done'],
  ]);
  for (const { probes } of run.moves)
    expect(
      probes.map(({ result }) => result),
      JSON.stringify(probes),
    ).toEqual(['holds', 'holds']);
  expect(await shareOfNew()).toBe(1);
});

test('a model that gets a sum wrong is taken back, and answers nobody any more', async () => {
  upstreams.new.answer = 'The sum is 5.';
  // The traffic begins where the first canary left it: the lever takes it back to a fifth.
  const { id } = await api<CanaryRun>('POST', '/api/canaries', wish());
  const run = await ended(id);
  expect(run).toMatchObject({ state: 'rolled-back', percent: 0 });
  expect(run.why).toMatch(/Guard queries that must hold failed twice running: sum/);
  expect(await shareOfNew()).toBe(0);
});
