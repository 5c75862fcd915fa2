/**
 * A canary in a real browser on a real server: it is started over HTTP, whoever measures sends in what both versions do, and somebody
 * watches it come up stage by stage and be taken back when its latency grows. Writes the screenshots of the documentation when asked to.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryRun, CanaryWish } from '@firebreak/contract';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded } from '../../bench/random.ts';
import { open, type Person, type ServedConsole, sharedConsole, shoot, tokenFor } from './served-console.ts';

let served: ServedConsole;
let ada: Person;
let page: Page;
let token: string;

beforeAll(async () => {
  served = await sharedConsole();
  ada = await served.admin();
  ({ page } = ada);
  token = await tokenFor(page, 'pipeline', 'approver');
});
afterAll(async () => {
  await served?.close();
});

async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const answer = await fetch(`${served.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

const stage = (percent: number) => ({ percent, looks: 2, minSamples: 60, lookSeconds: 1, maxSeconds: 120 });
const wish: CanaryWish = {
  name: 'support assistant, version 6',
  about: 'The version before the poisoned one, signed and scanned again.',
  stages: [stage(5), stage(25), stage(50), { percent: 100 }],
  metrics: [
    { name: 'latency', critical: true, source: { from: 'sent' } },
    { name: 'errors', kind: 'proportion', source: { from: 'sent' } },
    { name: 'refusals', kind: 'proportion', group: 'safety', critical: true, source: { from: 'sent' } },
  ],
};

/** A second of traffic. @param slower than the baseline the canary is, as a factor */
function second(random: () => number, slower: number) {
  const latencies = (count: number, factor: number) =>
    Array.from({ length: count }, () => Math.round(factor * 640 * (0.6 + 0.5 * random() + 0.5 * random())));
  const hits = (of: number, share: number) => Array.from({ length: of }, random).filter((each) => each < share).length;
  return {
    samples: [
      { variant: 'baseline', metric: 'latency', values: latencies(200, 1) },
      { variant: 'canary', metric: 'latency', values: latencies(60, slower) },
      { variant: 'baseline', metric: 'errors', hits: hits(200, 0.01), total: 200 },
      { variant: 'canary', metric: 'errors', hits: hits(60, 0.01), total: 60 },
      { variant: 'baseline', metric: 'refusals', hits: hits(200, 0.03), total: 200 },
      { variant: 'canary', metric: 'refusals', hits: hits(60, 0.03), total: 60 },
    ],
  };
}

test('it comes up stage by stage while it is watched, and is taken back with the reason when it gets slower', async () => {
  const random = seeded(7);
  const { id } = await api<CanaryRun>('POST', '/api/canaries', wish);
  await open(page, 'Canaries');
  await page.getByRole('link', { name: wish.name }).click();
  await page.getByRole('heading', { name: wish.name }).waitFor();
  for (let run = await api<CanaryRun>('GET', `/api/canaries/${id}`); run.endedAt === null; ) {
    if (run.state === 'running')
      await api('POST', `/api/canaries/${id}/samples`, second(random, run.stage < 2 ? 1 : 1.3));
    await sleep(1000);
    run = await api<CanaryRun>('GET', `/api/canaries/${id}`);
  }
  // By itself, from the event stream.
  await page.getByText('Rolled back', { exact: true }).first().waitFor();
  await page
    .getByText(/latency, which alone fails the canary: Higher than it should be/)
    .first()
    .waitFor();
  const steps = page.getByRole('list', { name: 'Stages' }).getByRole('listitem');
  expect(await steps.evaluateAll((items) => items.map((item) => item.getAttribute('data-state')))).toEqual([
    'passed',
    'passed',
    'failed',
    'to come',
  ]);
  expect(await page.getByRole('article', { name: /^Look / }).count()).toBe(5);
  await page.locator('canvas').first().waitFor();
  await shoot(page, 'canary');
});

test('one that moves traffic waits for approval, which names what is approved', async () => {
  const asked = await tokenFor(page, 'responders', 'responder');
  const lever = {
    by: 'lever',
    action: 'kubernetes.shift-inference',
    params: { namespace: 'ml-serving', name: 'fraud-scorer' },
  };
  const answer = await fetch(`${served.origin}/api/canaries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${asked}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...wish, name: 'by lever', traffic: lever }),
  });
  const { id, approval } = (await answer.json()) as CanaryRun;
  await open(page, 'Canaries');
  await page.getByText('Waits for approval').first().waitFor();
  await page.getByRole('link', { name: 'by lever' }).click();
  await page.getByRole('button', { name: 'Approve' }).click();
  const dialog = page.getByRole('dialog', { name: 'Approve this canary' });
  await dialog.getByText(/Send 100 % of the traffic of InferenceService ml-serving\/fraud-scorer/).waitFor();
  expect((await dialog.locator('code').textContent())?.replaceAll(/\s/g, '')).toBe(approval?.digest);
  await dialog.getByRole('button', { name: 'Approve' }).click();
  await page.getByText(/^Approved by/).waitFor();
  await api('POST', `/api/canaries/${id}/stop`, { why: 'seen enough' });
});

test('a running one is stopped by a person, who says why', async () => {
  await api<CanaryRun>('POST', '/api/canaries', { ...wish, name: 'another try' });
  await open(page, 'Canaries');
  await page.getByRole('link', { name: 'another try' }).click();
  await page.getByText('5 % of the traffic.').waitFor();
  await page.getByRole('button', { name: 'Stop and roll back' }).click();
  await page.getByLabel('Why').fill('customers call');
  await page.getByRole('button', { name: 'Take its traffic away' }).click();
  await page.getByText(/stopped it: customers call/).waitFor();
  await page.getByText('Stopped', { exact: true }).waitFor();
  expect(ada.troubles).toEqual([]);
});
