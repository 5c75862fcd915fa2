/** AI tools as identities in a real browser, on the demo estate: what each acts with, from the list to the node, and by its long-lived keys. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, type Person, type ServedConsole, sharedConsole, shoot } from './served-console.ts';

let served: ServedConsole;
let ada: Person;
let page: Page;
beforeAll(async () => {
  served = await sharedConsole();
  ada = await served.admin();
  ({ page } = ada);
});
afterAll(() => served.close());

test('each AI tool says what runs it, what it acts with and how long that lives', async () => {
  await open(page, 'Identities');
  await page.getByRole('link', { name: 'AI tools' }).click();
  await page.getByRole('heading', { level: 1, name: 'AI tools' }).waitFor();
  await page.getByText('act with something that does not end by itself').waitFor();
  const rows = page.getByRole('row');
  expect(await rows.count()).toBeGreaterThan(3);
  await page.getByRole('columnheader', { name: 'Lasts' }).first().waitFor();
  await shoot(page, 'ai-tools');

  const all = await page.getByText('Run by').count();
  await page.getByRole('switch', { name: /^Only the \d+ tools? with a long-lived credential$/ }).check();
  expect(await page.getByText('Run by').count()).toBeLessThanOrEqual(all);
  await page.getByRole('switch').uncheck();
  await page.locator('.fb-node-link').first().click();
  await page.getByText('One step after it').waitFor();
  expect(ada.troubles).toEqual([]);
});
