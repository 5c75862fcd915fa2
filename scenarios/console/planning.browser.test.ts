/**
 * What else could be done about the demo's incident, in a real browser against a real server: how far it goes, the options and the
 * Pareto front, wishes that the planner follows and one that it cannot, the race, and what a step breaks. Writes the
 * pictures of the documentation when asked to (`SCREENSHOTS=docs/images`).
 */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type ServedConsole, sharedConsole, shoot } from './served-console.ts';

/** Seven plans are made for one comparison; on a busy machine that takes a while. */
const patience = 120_000;

let served: ServedConsole;
let ada: Person;
let page: Page;

beforeAll(async () => {
  served = await sharedConsole();
  ada = await served.admin();
  ({ page } = ada);
  await page.getByRole('link', { name: /serving account is abused/ }).click();
  await page.getByText('Crown jewels in the blast radius').waitFor();
});

afterAll(async () => {
  await served?.close();
  expect(ada.troubles).toEqual([]);
});

test('the scope is told with its reasons and the frontier', async () => {
  await page.getByRole('tab', { name: 'Scope' }).click();
  await page.getByText('The first step of something wider.').waitFor();
  await page.getByRole('heading', { name: 'Where the known world ends' }).waitFor();
  await page.getByText('began here').first().waitFor();
  await shoot(page, 'scope');
});

test('the options are measured, and the front is what nothing else beats', async () => {
  await page.getByRole('tab', { name: 'Plan' }).click();
  await page.getByRole('link', { name: 'Options' }).click();
  const rows = page.getByRole('region', { name: 'Options in numbers' }).getByRole('row');
  await rows.nth(6).waitFor({ timeout: patience });
  await shoot(page, 'options');
  const told = await rows.allTextContents();
  for (const name of ['Cheapest', 'Full freeze', 'Staged', 'Read-only continuity', 'Business first', 'Do nothing'])
    expect(
      told.some((row) => row.startsWith(name)),
      name,
    ).toBe(true);
  expect(told.filter((row) => row.endsWith('nothing')).length).toBeGreaterThan(1);
});

test('a forbidden step is not in the new plan; a pin that contradicts a ban is said plainly', async () => {
  const cheapest = page.getByRole('radio', { name: 'Cheapest' });
  await cheapest.check();
  const steps = page.getByRole('list', { name: 'Steps of Cheapest' });
  const cut = steps
    .getByRole('listitem')
    .filter({ hasText: /RoleBinding/ })
    .first();
  const title = (await cut.getByRole('button', { name: /^Forbid: / }).getAttribute('aria-label'))?.slice(8) ?? '';
  await cut.getByRole('button', { name: /^Forbid: / }).click();
  await page.getByRole('region', { name: 'What is wished' }).waitFor();
  await expect
    .poll(() => steps.getByRole('button', { name: `Forbid: ${title}`, exact: true }).count(), { timeout: patience })
    .toBe(0);

  const address = new URL(page.url());
  address.searchParams.set('pin', address.searchParams.get('forbid') ?? '');
  await page.goto(address.href);
  await page.getByText('FB-PLAN-CONTRADICTION').waitFor();
  await page.getByRole('button', { name: /^Take back: .* must be in it$/ }).click();
  await cheapest.waitFor({ timeout: patience });
  await cheapest.check();
  await page.getByRole('button', { name: 'Make this the plan' }).click();
  await page.getByRole('region', { name: 'Verdict' }).waitFor();
  await page.getByRole('button', { name: 'Check independently' }).click();
  await page.getByText('The independent check confirms the plan.').waitFor();
  expect(await page.getByText(title, { exact: true }).count()).toBe(0);
});

test('the race compares orders on the same attackers, and prices the waiting', async () => {
  await page.getByRole('link', { name: 'Race' }).click();
  const orders = page.getByRole('region', { name: 'Orders of the steps' });
  await orders.getByText('this plan').waitFor({ timeout: patience });
  expect(await orders.getByRole('row').count()).toBeGreaterThan(2);
  await page.getByRole('region', { name: 'Approvals' }).getByRole('row').nth(1).waitFor();
  await shoot(page, 'race');
});

test('what a step breaks is asked of the estate as it is', async () => {
  await page.getByRole('link', { name: 'Steps', exact: true }).click();
  await page
    .getByLabel(/^What breaks: .*RoleBinding/)
    .first()
    .click();
  await page.getByText(/holders? of the target today/).waitFor();
  await page.getByText('points', { exact: false }).first().waitFor();
});
