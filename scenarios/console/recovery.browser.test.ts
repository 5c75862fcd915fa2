/** The recovery board in a real browser, on the demo's incident: what is next, what a person may say, and what only a fact or a probe may. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Person, type ServedConsole, sharedConsole, shoot } from './served-console.ts';

let served: ServedConsole;
let ada: Person;
let page: Page;
beforeAll(async () => {
  served = await sharedConsole();
  ada = await served.admin();
  ({ page } = ada);
});
afterAll(() => served.close());

const item = (title: string) => page.getByRole('listitem').filter({ has: page.getByText(title, { exact: true }) });

test('the board says what is next; facts are not talked into being, a person’s word is written down', async () => {
  await page
    .getByRole('link', { name: /serving account is abused/ })
    .first()
    .click();
  await page.getByRole('tab', { name: 'Recovery' }).click();
  await page.getByText('Next: The incident is contained, and that is proven').waitFor({ timeout: 60_000 });
  await page.getByRole('heading', { level: 2, name: 'Secrets and keys' }).waitFor();

  // What follows from facts offers no "done"; what a person answers for does.
  expect(
    await item('The incident is contained, and that is proven').getByRole('button', { name: 'It is done…' }).count(),
  ).toBe(0);
  const boundaries = item('Action boundaries were assessed');
  await boundaries.getByRole('button', { name: 'It is done…' }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByRole('button', { name: 'It is done', exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel('What you looked at').fill('Transfers above 1,000 need a person.');
  await dialog.getByRole('button', { name: 'It is done', exact: true }).click();
  await boundaries.getByText('Done', { exact: true }).waitFor();
  await boundaries.getByText('Transfers above 1,000 need a person.').waitFor();

  // Nobody signs while something is open.
  for (const sign of await page.getByRole('button', { name: 'Sign…' }).all())
    expect(await sign.isDisabled()).toBe(true);
  expect(await page.getByRole('button', { name: 'Give access back…' }).isDisabled()).toBe(true);
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(page, 'recovery');
  expect(ada.troubles).toEqual([]);
});
