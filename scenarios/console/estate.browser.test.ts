/**
 * Knowing the estate, in a real browser against a real server over files of several systems: from a search to who reaches an asset
 * and why, the way of a request, what a model is made of, the exposure matrix with a what-if, channels and third parties, and a
 * review campaign that somebody else signs off. Names in the files are such as an attacker would choose.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { loadOrCreateSigner } from '../../packages/platform/src/ledger/key.ts';
import { createLedger } from '../../packages/platform/src/ledger/ledger.ts';
import { openStorage } from '../../packages/platform/src/storage/storage.ts';
import { harbourSources } from './harbour.ts';
import { invite, type OwnConsole, open, type Person, searchFor, serveConsole } from './served-console.ts';

let folder: string;
let served: OwnConsole;
let ada: Person;
let page: Page;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-harbour-'));
  served = await serveConsole((await harbourSources(join(folder, 'estate'))).flatMap((source) => ['--from', source]));
  ada = await served.admin();
  ({ page } = ada);
});

afterEach(async () => {
  // Whatever is named like markup is text on every page that a test ended on.
  expect(await page.locator('main').locator('script, img, b, [onmouseover], [onerror]').count()).toBe(0);
  expect(ada.troubles).toEqual([]);
});

afterAll(async () => {
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

test('an asset is found by name, owner and tag, and a mistake in a query is shown at its place', async () => {
  await open(page, 'Estate');
  const box = page.getByRole('textbox', { name: 'Search the estate' });
  const found = page.getByRole('region', { name: 'Nodes found' });
  await box.fill('model-publ');
  await found.getByRole('link', { name: 'User model-publisher' }).waitFor();
  await box.fill('class = modell');
  await page.getByText(/^There is no such class/).waitFor();
  expect(await page.locator('mark').textContent()).toBe('modell');

  await box.fill('');
  await page.getByRole('checkbox', { name: /^ml-platform/ }).check();
  await found.getByRole('link', { name: 'Bucket harbour-models' }).waitFor();
  await expect.poll(() => found.getByRole('link', { name: 'Bucket harbour-conversations' }).count()).toBe(0);
  await page.getByRole('checkbox', { name: /^ml-platform/ }).uncheck();
  await page.getByRole('checkbox', { name: /^pii/ }).check();
  await page.getByText('1 node', { exact: true }).waitFor();
  await found.getByRole('link', { name: 'Bucket harbour-conversations' }).waitFor();
});

test('what reaches an asset is told, each step with why, how to cut it and the facts', async () => {
  await search('name = harbour-conversations and kind = Bucket');
  await page.getByRole('link', { name: 'Bucket harbour-conversations' }).click();
  await page.getByText('Conversations of customers <img src=x onerror="alert(1)">').waitFor();
  await page.getByRole('link', { name: '3 identities' }).waitFor();
  await page.getByRole('button', { name: 'How trainer gives harbour-conversations' }).click();
  const step = page.getByRole('article');
  await step.getByText('How to cut it').waitFor();
  await step.getByText('aws:Role/arn:aws:iam::111122223333:role/trainer').first().waitFor();

  await page.getByRole('button', { name: /^Limited: \d+ gaps$/ }).click();
  const gaps = page.getByRole('region', { name: 'What could not be read' });
  await gaps.getByText('Access advisor was not read.').waitFor();
  await gaps.getByText('To close it:').first().waitFor();
  await page.keyboard.press('Escape');
});

test('an endpoint has the way of its requests, a model what it was made of, drawn and in words', async () => {
  await search('class = endpoint and name = support-agent');
  await page.getByRole('link', { name: 'Endpoint support-agent' }).first().click();
  await page.getByRole('link', { name: 'Request path' }).click();
  const path = page.getByRole('region', { name: /^Request path: 5 stations/ });
  await path.getByRole('button', { name: 'agent', exact: false }).nth(1).click();
  const picked = page.getByRole('complementary', { name: 'The picked station' });
  await picked.getByRole('link', { name: 'ServiceAccount support-agent' }).waitFor();
  await picked.getByRole('link', { name: 'User grace' }).waitFor();
  await page.getByRole('heading', { name: 'The way in words' }).waitFor();
  await page.getByText('Limited answer: the request may touch more than is shown.').waitFor();

  await search('kind = InferenceService.serving.kserve.io');
  await page.getByRole('link', { name: 'InferenceService.serving.kserve.io assistant' }).click();
  await page.getByRole('link', { name: 'Lineage' }).click();
  const lineage = page.getByRole('region', { name: /^Lineage: / });
  await lineage.getByRole('button', { name: /train-assistant/ }).waitFor();
  // Left to right: what something is made of stands before it.
  const places = await lineage
    .getByRole('button')
    .evaluateAll((boxes) =>
      boxes.map((box) => [box.textContent, (box as HTMLElement).offsetLeft] as const).sort((a, b) => a[1] - b[1]),
    );
  const order = places.map(([text]) => /platform@main|chats|train-assistant|this one/.exec(text ?? '')?.[0]);
  expect(order.filter((name) => name !== undefined)).toEqual(['platform@main', 'chats', 'train-assistant', 'this one']);
  await page.getByText('s3://harbour-models/assistant').first().waitFor();
});

test('by keyboard alone: a cell of the matrix says why, and a what-if redraws the numbers and stays in the address', async () => {
  await page.keyboard.press('g');
  await page.keyboard.press('x');
  const grid = page.getByRole('grid', { name: 'Exposure of crown jewels to identities' });
  await grid.waitFor();
  await tabTo(grid);
  // Down to the role of the model servers, whose way to the weights is the only one.
  for (let row = 0; row < 6; row += 1) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  const why = page.getByRole('complementary', { name: 'Why' });
  await why.getByText('8 of 10 (its owner says so)').waitFor();
  const before = await rowScores();
  const last = why.getByRole('article').getByRole('listitem').last().getByRole('button').first();
  await tabTo(last);
  await page.keyboard.press('Enter');
  const without = why.getByRole('button', { name: /^What if without step \d+/ }).last();
  await tabTo(without);
  await page.keyboard.press('Enter');

  const bar = page.getByRole('complementary', { name: 'What if' });
  await bar
    .getByText(/^-\d+ %$/)
    .first()
    .waitFor();
  await grid
    .getByRole('gridcell', { name: /would no longer reach/ })
    .first()
    .waitFor();
  const after = await rowScores();
  const sum = (scores: readonly number[]) => scores.reduce((total, score) => total + score, 0);
  expect(sum(after)).toBeLessThan(sum(before));
  expect(await bar.getByRole('definition').first().textContent()).toContain(`${sum(before)} → to ${sum(after)}`);

  const address = page.url();
  await tabTo(bar.getByRole('button', { name: 'Clear' }));
  await page.keyboard.press('Enter');
  await bar.waitFor({ state: 'detached' });
  expect(await rowScores()).toEqual(before);
  // Sent to somebody else, the address asks the same question.
  const other = await page.context().newPage();
  await other.goto(address);
  await other.getByRole('link', { name: 'See what changes' }).click();
  await other.getByText('no longer reaches').first().waitFor();
  await other.getByRole('heading', { name: 'Ways that are left' }).waitFor();
  await other.close();
});

test('an identity tells what is wrong with it, a channel who has power over it, a vendor what it gets', async () => {
  await open(page, 'Identities');
  await page.getByText(/^unused \d+$/).click();
  await page.getByText(/^1 of \d+$/).waitFor();
  await page.getByRole('link', { name: /^AccessKey AKIAHARBOUR/ }).click();
  await page.getByRole('heading', { name: 'What is wrong with it' }).waitFor();
  await page.getByText('outlives its workload').waitFor();
  await page.getByText('Crown jewels that it reaches').waitFor();

  await open(page, 'Channels');
  await page.getByText('publishes and operates').first().waitFor();
  await page.getByRole('link', { name: 'Application.argoproj.io assistant' }).first().waitFor();
  await page.getByRole('link', { name: 'Third parties' }).click();
  const vendor = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: 'Nimbus AI' }) })
    .first();
  await vendor.getByText('can read it').first().waitFor();
  await vendor.getByText('72 h').waitFor();
  await vendor.getByText('access to evidence, SLA').waitFor();

  await open(page, 'Reviews');
  await page.getByRole('link', { name: 'Granted and used' }).click();
  await page.getByText('No record of use was read, so nothing can be called unused.').waitFor();
});

test('a review campaign is signed off by somebody else, and each decision is an entry of the ledger', async () => {
  await open(page, 'Reviews');
  await page.getByRole('button', { name: 'Open campaign' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open a review campaign' });
  await dialog.getByLabel('What it is for').fill('Who may change models <i>');
  await dialog.getByLabel('Which identities').fill('class = identity and system = aws');
  await dialog.getByRole('button', { name: 'Open campaign' }).click();
  await page.getByRole('heading', { name: 'Who may change models <i>' }).waitFor();
  const address = page.url();

  const grace = await served.person('dark');
  await grace.page.goto(await invite(page, 'grace', 'approver'));
  await grace.page.getByRole('heading', { name: 'Incidents' }).waitFor();
  await grace.page.goto(address);
  for (const [decided, [name, verdict]] of [
    ['model-publisher', 'Revoke'],
    ['model-server', 'Keep'],
    ['trainer', 'Reduce'],
  ].entries()) {
    await grace.page.getByText(`${decided} of 3 decided`).first().waitFor();
    const item = grace.page.getByRole('article', { name: name as string });
    await item.getByText(verdict as string, { exact: true }).click();
    await item.getByRole('textbox').fill(`${verdict}: said by its owner`);
    await item.getByRole('button', { name: 'Sign off' }).click();
  }
  await grace.page.getByText('Signed off: every identity is decided.').waitFor();
  await page.goto(address);
  await page.getByText('to be revoked').waitFor();
  expect(grace.troubles).toEqual([]);

  await served.stop();
  expect(await reviewEntries()).toEqual([
    ['review.opened', 'operator'],
    ['review.decided', 'grace', 'aws:User/arn:aws:iam::111122223333:user/model-publisher', 'revoke'],
    ['review.decided', 'grace', 'aws:Role/arn:aws:iam::111122223333:role/model-server', 'keep'],
    ['review.decided', 'grace', 'aws:Role/arn:aws:iam::111122223333:role/trainer', 'reduce'],
    ['review.closed', 'grace'],
  ]);
});

async function search(query: string): Promise<void> {
  await open(page, 'Estate');
  await searchFor(page, query);
}

/** Presses Tab until the element has the focus. */
async function tabTo(element: ReturnType<Page['locator']>): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await element.evaluate((found) => found === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  expect.fail(`Tab does not lead to ${element}`);
}

/** The scores at the heads of the matrix's rows: the last number of each, which is the one that would be. */
async function rowScores(): Promise<readonly number[]> {
  const heads = await page.getByRole('grid').getByRole('rowheader').allInnerTexts();
  return heads.map((text) => Number(/(\d+)\s*$/.exec(text)?.[1]));
}

/** What the ledger of the stopped server says about reviews. */
async function reviewEntries(): Promise<readonly (readonly unknown[])[]> {
  const storage = await openStorage({ data: served.data }, systemClock);
  try {
    const signer = await loadOrCreateSigner(join(served.data, 'keys'));
    const ledger = createLedger({ store: storage.ledgerStore, signer, clock: systemClock });
    const found: unknown[][] = [];
    for await (const { entry } of ledger.entries(null)) {
      const { identity, verdict } = entry.body as { identity?: string; verdict?: string };
      if (entry.kind.startsWith('review.'))
        found.push([entry.kind, entry.actor, identity, verdict].filter((each) => each !== undefined));
    }
    return found;
  } finally {
    await storage.close();
  }
}
