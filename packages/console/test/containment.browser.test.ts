import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { ConsoleBrowser, type Visit } from './console-browser.ts';

let browser: ConsoleBrowser;
let ada: Visit;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(() => browser.close());
beforeEach(async () => {
  ada = await browser.visit({ who: 'ada' });
});
afterEach(async () => {
  expect(ada.troubles).toEqual([]);
  await ada.context.close();
});

const id = 'inc-7f3a';

test('from an open incident to contained, with a second person, and back', async () => {
  const { page } = ada;
  await browser.go(page, `/incidents/${id}`);
  await page.getByRole('button', { name: 'Make a plan' }).click();
  await page.getByText('Proven cheapest').waitFor();

  await page.getByRole('button', { name: 'Check independently' }).click();
  await page.getByText('The independent check confirms the plan.').waitFor();
  await page.getByRole('button', { name: 'Dry-run' }).click();
  await page.getByText('PATCH /apis/rbac.authorization.k8s.io/v1').first().waitFor();
  await page.getByText('"<script>alert(1)</script>"').first().waitFor();
  await page.getByText('As it is now').first().waitFor();
  await page.getByText('"<i>runner</i>"').first().waitFor();
  await page.getByText('The node is cordoned already.').waitFor();

  await page.getByRole('button', { name: 'Review and approve' }).click();
  const dialog = page.getByRole('dialog', { name: 'Approve the plan' });
  await dialog.getByText('A second person has to approve too.').waitFor();
  expect(await dialog.locator('code').first().textContent()).toBe('f'.repeat(64));
  await dialog.getByRole('button', { name: 'Approve all 5 steps' }).click();

  const progress = page.getByRole('region', { name: 'Progress' });
  await progress.getByText('Containment is running').waitFor();
  const contained = () => page.locator('header').getByText('Contained', { exact: true }).count();
  while (browser.api.world.get(id)?.execution?.state === 'running') {
    browser.api.world.advance(id);
    expect(await contained()).toBe(0);
  }
  await progress.getByText('4 of 5 steps').waitFor();
  await progress.getByText('need a second person', { exact: false }).waitFor();
  await page.getByRole('button', { name: 'See what waits' }).waitFor();
  expect(await page.getByRole('button', { name: 'Approve…' }).count()).toBe(0);

  const grace = await browser.visit({ who: 'grace' });
  await browser.go(grace.page, `/incidents/${id}/plan`);
  await grace.page.getByRole('button', { name: 'Approve…' }).click();
  await grace.page.getByRole('dialog').getByRole('button', { name: 'Approve 1 step' }).click();
  await grace.page.getByText('2 of 2 approved').waitFor();
  await grace.context.close();

  while (browser.api.world.get(id)?.incident.state === 'containing') {
    expect(await contained()).toBe(0);
    browser.api.world.advance(id);
  }
  await page.getByText('Proof: nothing protected is reachable on a fresh collect').waitFor();
  await expect.poll(contained).toBe(1);
  await page.getByRole('button', { name: 'Hand over the evidence' }).waitFor();

  await page.getByRole('button', { name: 'Undo…' }).click();
  const undo = page.getByRole('dialog', { name: 'Undo the containment' });
  const order = await undo.getByRole('listitem').allInnerTexts();
  expect(order.map((text) => Number.parseInt(text, 10))).toEqual([5, 4, 3, 2]);
  await undo.getByRole('button', { name: 'Undo 4 steps' }).click();
  await progress.getByText('Undo is running').waitFor();
  expect(await contained()).toBe(0);
  while (browser.api.world.get(id)?.incident.state === 'undoing') browser.api.world.advance(id);
  await page.getByRole('button', { name: 'See the evidence' }).waitFor();
});

test('an approval names the plan that was on the screen, never one that came meanwhile', async () => {
  const { page } = ada;
  await browser.go(page, '/incidents/inc-61c0/plan');
  await page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Approve the plan' });
  await dialog.getByRole('checkbox').first().uncheck();
  await dialog.getByText('Part of what you chose will wait.').waitFor();
  browser.api.world.makePlan('inc-61c0');
  await dialog.getByText('A new plan was made meanwhile.').waitFor();
  expect(await dialog.getByRole('button', { name: /^Approve \d/ }).isDisabled()).toBe(true);
  expect(await dialog.locator('code').first().textContent()).toBe('a'.repeat(64));
});

test('a viewer sees everything and is offered nothing to change', async () => {
  const { page, context } = await browser.visit({ who: 'vera' });
  await browser.go(page, '/incidents/inc-3aa7/plan');
  await page.getByText('Proof: nothing protected').waitFor();
  for (const name of ['Undo…', 'Approve…', 'Dry-run', 'New plan…']) {
    expect(await page.getByRole('button', { name }).count(), name).toBe(0);
  }
  expect(await page.getByRole('link', { name: 'Access' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Check independently' }).waitFor();
  await context.close();
});

test('what runs is paused, goes on, and is ended where it is', async () => {
  const { page } = ada;
  await browser.go(page, '/incidents/inc-61c0/plan');
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('dialog').getByLabel('How long it stands').selectOption('a day');
  await page.getByRole('dialog').getByRole('button', { name: 'Approve all 5 steps' }).click();
  const progress = page.getByRole('region', { name: 'Progress' });
  await progress.getByRole('button', { name: 'Pause' }).click();
  await progress.getByText('Paused', { exact: true }).waitFor();
  await progress.getByRole('button', { name: 'Go on' }).click();
  await progress.getByText('Containment is running').waitFor();
  await progress.getByRole('button', { name: 'End here…' }).click();
  await page
    .getByRole('dialog', { name: 'End the containment here?' })
    .getByRole('button', { name: 'End here' })
    .click();
  await progress.getByText('Stopped: not contained').waitFor();
});

test('evidence shows its verification and offers the file', async () => {
  const { page } = ada;
  await browser.go(page, '/incidents/inc-3aa7/evidence');
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('The evidence verifies.').waitFor();
  await page.getByText('No entry of the incident is missing').waitFor();
  const link = page.getByRole('link', { name: 'Download evidence file' });
  expect(await link.getAttribute('href')).toBe('/api/incidents/inc-3aa7/evidence');
  await page.getByText('Record: digest, step, note').first().click();
  await page.getByText('<b>not bold</b>').first().waitFor();
});
