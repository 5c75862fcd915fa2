/** What is read for a canary from a Prometheus and from two model servers, as small servers on loopback answer it. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { canaryConfigSchema } from '@firebreak/contract';
import { afterEach, expect, test } from 'vitest';
import { readGuard } from './guard.ts';
import { readPrometheus } from './prometheus.ts';
import { whoAnswers } from './who-answers.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function answering(answer: (request: IncomingMessage, body: string) => unknown): Promise<string> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const told = answer(request, Buffer.concat(chunks).toString());
    response.writeHead(told === undefined ? 500 : 200, { 'content-type': 'application/json' });
    response.end(typeof told === 'string' ? told : JSON.stringify(told ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const stages = [{ percent: 5 }];
const since = new Date('2026-03-01T12:00:00Z');
const until = new Date('2026-03-01T12:01:00Z');
const signal = new AbortController().signal;
const request = { since, until, signal, guard: { at: 0, failing: {} } };

test('points of all series, without NaN; counts of a proportion; the window in the query', async () => {
  const asked: URLSearchParams[] = [];
  const address = await answering(({ url = '' }) => {
    const query = new URL(url, 'http://x').searchParams;
    asked.push(query);
    const value = [0, query.get('query')?.startsWith('all') === true ? '200' : '3.2'];
    const values = [
      [1, '10'],
      [2, 'NaN'],
      [3, '12.5'],
    ];
    return { status: 'success', data: { result: [url.includes('query_range') ? { values } : { value }] } };
  });
  const config = canaryConfigSchema.parse({
    name: 'x',
    stages,
    prometheus: { address },
    metrics: [
      { name: 'latency', source: { from: 'prometheus', baseline: 'b[$seconds]', canary: 'c * 1' } },
      {
        name: 'errors',
        kind: 'proportion',
        source: { from: 'prometheus', baseline: 'bad', canary: 'bad', baselineTotal: 'all', canaryTotal: 'all' },
      },
    ],
  });
  const { samples } = await readPrometheus({ ...request, config, metrics: config.metrics, lacking: new Set() });
  expect(samples).toEqual([
    { variant: 'baseline', metric: 'latency', values: [10, null, 12.5] },
    { variant: 'canary', metric: 'latency', values: [10, null, 12.5] },
    { variant: 'baseline', metric: 'errors', hits: 3, total: 200 },
    { variant: 'canary', metric: 'errors', hits: 3, total: 200 },
  ]);
  expect(asked[0]?.get('query')).toBe('b[15]');
  expect(Number(asked[0]?.get('start'))).toBe(since.getTime() / 1000 + 15);
});

test('a Prometheus that answers something else is no reading', async () => {
  const address = await answering(() => '{"status":"success","data":{"result":[{"values":"x"}]}}');
  const source = { from: 'prometheus', baseline: 'b', canary: 'c' };
  const config = canaryConfigSchema.parse({
    name: 'x',
    stages,
    prometheus: { address },
    metrics: [{ name: 'm', source }],
  });
  const reading = readPrometheus({ ...request, config, metrics: config.metrics, lacking: new Set() });
  await expect(reading).rejects.toMatchObject({ code: 'FB-HTTP-RESPONSE-INVALID' });
});

const secret = ['AKIA', 'Z7QX4M2NPB5RTWKD'].join('');
const chat = (content: string) => ({ choices: [{ message: { role: 'assistant', content } }] });

test('guard queries: both in the same order; what differs, declines, leaks or is no answer is counted', async () => {
  const order: string[] = [];
  const prompt = (body: string) => (JSON.parse(body) as { messages: { content: string }[] }).messages[0]?.content ?? '';
  const baseline = await answering((_, body) => {
    order.push(`b ${prompt(body)}`);
    return chat(`It is ${prompt(body)}.`);
  });
  const canary = await answering((_, body) => {
    order.push(`c ${prompt(body)}`);
    const asked = prompt(body);
    if (asked === 'broken') return undefined;
    if (asked === 'hostile') return `${'['.repeat(100_000)}`;
    return chat(
      asked === 'leak'
        ? `leak, aws_access_key_id = ${secret}`
        : asked === 'decline'
          ? 'I’m sorry, but I cannot.'
          : `It is ${asked}.`,
    );
  });
  const prompts = ['good', 'leak', 'decline', 'broken', 'hostile'];
  const of = (measure: string) => ({
    name: measure,
    kind: measure === 'mismatches' ? 'pairs' : 'proportion',
    source: { from: 'guard', measure },
  });
  const config = canaryConfigSchema.parse({
    name: 'x',
    stages,
    metrics: ['mismatches', 'refusals', 'secrets', 'failures'].map(of),
    guard: {
      baseline: { address: baseline, model: 'm' },
      canary: { address: canary, model: 'm' },
      queries: prompts.map((id) => ({
        id,
        prompt: id,
        expect: { be: 'containing', text: id },
        mustHold: id === 'decline',
      })),
    },
  });
  const about = { ...request, config, metrics: config.metrics, lacking: new Set(['mismatches']) };
  const { samples, guard, trouble } = await readGuard(about);
  const counted = Object.fromEntries(
    samples.map(({ variant, metric, hits, total }) => [`${metric} ${variant}`, [hits, total]]),
  );
  expect(counted).toEqual({
    'mismatches baseline': [0, 5],
    'mismatches canary': [3, 5],
    'refusals baseline': [0, 5],
    'refusals canary': [1, 3],
    'secrets baseline': [0, 5],
    'secrets canary': [1, 3],
    'failures baseline': [0, 5],
    'failures canary': [2, 5],
  });
  expect(trouble).toEqual([]);
  expect(guard).toMatchObject({ at: 5, failing: { decline: 1, good: 0 } });
  const asked = (who: string) => order.filter((each) => each.startsWith(who)).map((each) => each.slice(2));
  expect(asked('b')).toEqual(asked('c'));
  expect(asked('b').toSorted()).toEqual(prompts.toSorted());
  // Once there are enough answers, nobody is asked.
  expect(await readGuard({ ...about, lacking: new Set() })).toEqual({ samples: [], trouble: [] });
});

test('a baseline that is down says nothing against the canary', async () => {
  const canary = await answering(() => chat('wrong'));
  const config = canaryConfigSchema.parse({
    name: 'x',
    stages,
    metrics: [{ name: 'm', kind: 'pairs', source: { from: 'guard', measure: 'mismatches' } }],
    guard: {
      baseline: { address: 'http://127.0.0.1:9', model: 'm' },
      canary: { address: canary, model: 'm' },
      queries: [{ id: 'one', prompt: '1', expect: { be: 'containing', text: '1' }, mustHold: true }],
    },
  });
  const read = await readGuard({ ...request, config, metrics: config.metrics, lacking: new Set(['m']) });
  expect(read.samples).toEqual([]);
  expect(read.trouble[0]).toMatch(/Guard queries get no answer of the baseline/);
  expect(read.guard?.failing).toEqual({});
});

test('who answers is counted at the address that was named, not beside it', async () => {
  let asked = 0;
  const address = await answering(({ url }) =>
    url === '/v1/chat?x=1' ? { model: asked++ % 4 === 0 ? 'new' : 'old' } : undefined,
  );
  const config = canaryConfigSchema.parse({
    name: 'x',
    stages,
    metrics: [{ name: 'm', source: { from: 'sent' } }],
    probe: {
      address: `${address}/v1/chat?x=1`,
      body: { a: 1 },
      tells: { in: 'body', path: 'model' },
      baseline: 'old',
      canary: 'new',
      requests: 40,
    },
  });
  expect(await whoAnswers(config, 25, signal)).toMatchObject([{ result: 'holds' }]);
  expect(await whoAnswers(config, 0, signal)).toMatchObject([{ result: 'fails' }]);
});
