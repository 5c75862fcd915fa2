import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ConsoleBrowser, type Visit } from './console-browser.ts';
import { compromisedId } from './fake-estate.ts';

let browser: ConsoleBrowser;
let ada: Visit;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(async () => {
  await browser.close();
  expect(browser.api.unknown).toEqual([]);
});
beforeEach(async () => {
  ada = await browser.visit({ who: 'ada' });
});
afterEach(async () => {
  // Whatever is named like markup is text.
  expect(await ada.page.locator('main').locator('script, img').count()).toBe(0);
  expect(ada.troubles).toEqual([]);
  await ada.context.close();
});

const plan = '/incidents/inc-61c0/plan';
/** Another one, since the first test gives the first one another plan. */
const other = '/incidents/inc-2e55/plan';

test('options are compared on the chart and in the table, and one of them is made the plan', async () => {
  const { page } = ada;
  await browser.go(page, plan);
  await page.getByRole('link', { name: 'Options' }).click();
  const table = page.getByRole('region', { name: 'Options in numbers' });
  await table.getByRole('radio', { name: 'Cheapest' }).waitFor();
  expect(await table.getByRole('radio', { checked: true }).getAttribute('value')).toBe('cheapest');
  expect(await table.getByRole('row').filter({ hasText: 'Full freeze' }).textContent()).toContain('Cheapest');

  // By keyboard: a dot of the chart picks, the table follows.
  const chart = page.getByRole('region', { name: 'Options by outage and risk' });
  await chart.getByRole('button', { name: /^Staged: risk 33.1, outage 22.0, 15 min; nothing beats it/ }).focus();
  await page.keyboard.press('Enter');
  expect(await table.getByRole('radio', { checked: true }).getAttribute('value')).toBe('staged');
  await page.getByRole('list', { name: 'Stays reachable' }).waitFor();
  await page.getByRole('button', { name: 'Make this the plan' }).click();
  await page.getByRole('region', { name: 'Verdict' }).waitFor();
  expect(new URL(page.url()).pathname).toBe(plan);
  expect(browser.api.world.get('inc-61c0')?.plan).toMatchObject({ variant: 'staged' });
});

test('a step is pinned and forbidden; what contradicts itself is said plainly and taken back', async () => {
  const { page } = ada;
  await browser.go(page, other);
  await page
    .getByRole('link', { name: /^Plan without: / })
    .nth(1)
    .click();
  const wishes = page.getByRole('region', { name: 'What is wished' });
  await wishes.getByText('must not be in it').waitFor();
  const steps = page.getByRole('list', { name: 'Steps of Cheapest' });
  await expect.poll(() => steps.getByRole('listitem').count()).toBe(4);

  await steps
    .getByRole('button', { name: /^Pin: / })
    .first()
    .click();
  await wishes.getByText('must be in it').waitFor();
  await steps
    .getByRole('button', { name: /^Forbid: / })
    .first()
    .click();
  const problem = page.getByRole('alert');
  await problem.getByText('FB-PLAN-CONTRADICTION').waitFor();
  await problem.getByText('One lever is pinned and forbidden.').waitFor();
  await wishes.getByRole('button', { name: /must be in it$/ }).click();
  await page.getByRole('button', { name: 'Make this the plan' }).click();
  await page.getByRole('region', { name: 'Verdict' }).waitFor();
  expect(browser.api.world.get('inc-2e55')?.plan?.forbidden).toHaveLength(2);
});

test('the race says which order loses least, and what an approval costs', async () => {
  const { page } = ada;
  await browser.go(page, `${plan}/race`);
  await page
    .getByText('In this order the plan is expected to lose 12.4; “eviction first” would lose 6.90 more.')
    .waitFor();
  const orders = page.getByRole('region', { name: 'Orders of the steps' });
  expect(await orders.getByRole('row').nth(2).textContent()).toContain('+2.50');
  await orders.getByRole('row').filter({ hasText: 'eviction first' }).getByText('not allowed').waitFor();
  await page.getByRole('region', { name: 'Approvals' }).getByText('15 min').waitFor();
});

test('the scope is said above every tab, and opened to its reasons and the frontier', async () => {
  const { page } = ada;
  await browser.go(page, `${plan}`);
  await page.getByRole('link', { name: '120 unknown ahead' }).click();
  await page.getByText('The first step of something wider.').waitFor();
  const frontier = page.getByRole('region', { name: 'Frontier of what is unknown' });
  await frontier.getByText('Read the account that it is in.').first().waitFor();
  expect(await frontier.getByRole('row').count()).toBeLessThan(50);
  await page.getByText('and 30 more').waitFor();
});

test('what breaks is told of a step and of a node, down to its reasons', async () => {
  const { page } = ada;
  await browser.go(page, plan);
  await page
    .getByLabel(/^What breaks: /)
    .nth(1)
    .click();
  await page.getByText('Its requests fail.').first().waitFor();
  await page.getByText('never seen in use').first().waitFor();
  await browser.go(page, `/estate/node?id=${encodeURIComponent(compromisedId)}`);
  await page.getByRole('link', { name: 'What breaks' }).click();
  await page.getByText('Somebody else runs it.').waitFor();
  await page.getByText('8.5 points').click();
  await page.getByText('The step itself').waitFor();
  await page.getByText('and 11 more').waitFor();
});
