/**
 * What `npm start` shows of the demo estate, page by page: each has something to say. It rests on nothing that the demo holds in
 * particular. Writes the pictures of the documentation when asked to (`SCREENSHOTS=docs/images`).
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, type Person, type ServedConsole, searchFor, sharedConsole, shoot } from './served-console.ts';

let served: ServedConsole;
let ada: Person;
let page: Page;

beforeAll(async () => {
  served = await sharedConsole();
  ada = await served.admin();
  ({ page } = ada);
});

afterAll(async () => {
  await served?.close();
  expect(ada.troubles).toEqual([]);
});

test('the estate is searched, and a model has a threat model and what it was made of', async () => {
  await search('class = identity and reaches(jewel)');
  await shoot(page, 'estate');
  await page.getByRole('region', { name: 'Nodes found' }).getByRole('link').first().click();
  await page.getByRole('heading', { name: 'One step after it' }).waitFor();
  await page.getByText('It reaches').waitFor();
  await search('class = model and jewel and reached-by(class = pipeline) within 2 steps');
  await page.getByRole('region', { name: 'Nodes found' }).getByRole('link').first().click();
  await page.getByRole('button', { name: /^How / }).first().waitFor();
  await shoot(page, 'node');
  await page.getByRole('link', { name: 'Lineage' }).click();
  await page.getByRole('region', { name: /^Lineage: / }).waitFor();
  await shoot(page, 'lineage');
  await page.getByRole('link', { name: 'Threat model' }).click();
  await page.getByRole('heading', { name: 'Where an attacker can begin' }).waitFor();
});

test('a request from outside is followed', async () => {
  await search('class = endpoint and detail:exposure = outside and reaches(class = agent) within 4 steps');
  await page.getByRole('region', { name: 'Nodes found' }).getByRole('link').first().click();
  await page.getByRole('link', { name: 'Request path' }).click();
  const drawing = page.getByRole('region', { name: /^Request path: / });
  await drawing.getByRole('button').nth(1).click();
  await shoot(page, 'request-path');
});

test('a cell of the matrix says why, and a what-if from there takes exposure away', async () => {
  await open(page, 'Exposure');
  await page
    .getByRole('gridcell', { name: / reaches / })
    .first()
    .click();
  const why = page.getByRole('complementary', { name: 'Why' });
  const steps = why.getByRole('article').getByRole('listitem');
  await steps.first().waitFor();
  await shoot(page, 'exposure');
  // Without the whole way, somebody loses something.
  const length = await steps.count();
  for (let step = 1; step <= length; step += 1) {
    await why.getByRole('button', { expanded: false }).first().click();
    await why.getByRole('button', { name: new RegExp(`^What if without step ${step},`) }).click();
  }
  await page
    .getByRole('gridcell', { name: /would no longer reach/ })
    .first()
    .waitFor();
  await page.getByRole('complementary', { name: 'What if' }).locator('[aria-busy="false"]').waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(page, 'what-if');
  await page.getByRole('button', { name: 'Clear' }).click();
});

test('identities, channels and reviews have something to show', async () => {
  await open(page, 'Identities');
  await page.getByRole('region', { name: 'Identities' }).getByRole('link').nth(5).waitFor();
  await shoot(page, 'identities');
  await open(page, 'Channels');
  await page.getByText('May publish').nth(2).waitFor();
  await shoot(page, 'channels');
  await open(page, 'Reviews');
  await page.getByRole('button', { name: 'Open campaign' }).click();
  await page.getByLabel('What it is for').fill('Quarterly review');
  await page.getByRole('dialog').getByRole('button', { name: 'Open campaign' }).click();
  await page.getByRole('article').nth(1).waitFor();
  await shoot(page, 'review');
});

async function search(query: string): Promise<void> {
  await open(page, 'Estate');
  await searchFor(page, query);
}
