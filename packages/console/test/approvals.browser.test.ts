import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleBrowser } from './console-browser.ts';
import { contrastTooLow, namesMissing } from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(async () => {
  await browser.close();
  expect(browser.api.unknown).toEqual([]);
});

const plan = '/incidents/inc-61c0/plan';

test('broken glass is asked for with a reason, seen on every page, and signed off by somebody else', async () => {
  const rob = await browser.visit({ who: 'rob' });
  await browser.go(rob.page, plan);
  await rob.page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = rob.page.getByRole('dialog', { name: 'Approve the plan' });
  expect(await dialog.getByRole('button', { name: 'Break glass' }).count()).toBe(0);
  await dialog.getByRole('button', { name: 'Approve all 5 steps' }).click();
  await dialog.getByText('FB-APPROVAL-REFUSED').waitFor();
  const breaking = dialog.getByRole('button', { name: 'Break glass' });
  expect(await breaking.isDisabled()).toBe(true);
  await dialog.getByLabel('Why it cannot wait').fill('Nobody answers, and <b>weights</b> leave.');
  await breaking.click();
  await dialog.waitFor({ state: 'hidden' });
  await rob.page.getByText('Rob broke glass to approve').waitFor();
  await rob.page.getByText('<b>weights</b>').waitFor();
  await rob.page.getByRole('link', { name: 'Review', exact: true }).first().click();
  await rob.page.getByText('Somebody else has to sign it off').waitFor();

  const grace = await browser.visit({ who: 'grace' });
  await browser.go(grace.page, '/estate');
  await grace.page.getByText('Glass was broken:').waitFor();
  expect(await grace.page.evaluate(contrastTooLow)).toEqual([]);
  await grace.page.getByRole('link', { name: 'Review', exact: true }).first().click();
  await grace.page.getByLabel('What you say to the break-glass of Rob').fill('It was so.');
  expect(await grace.page.evaluate(namesMissing)).toEqual([]);
  await grace.page.getByRole('button', { name: 'Sign off' }).click();
  await grace.page.getByText('It was so.').waitFor();
  // Live, on the page of whoever broke it too.
  await expect.poll(() => rob.page.getByText('Glass was broken:').count()).toBe(0);
  for (const { page, troubles, context } of [rob, grace]) {
    expect(await page.locator('main b').count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
  }
});

test('a link is looked at without a session, approves at a press, and is used up', async () => {
  const ada = await browser.visit({ who: 'ada' });
  await browser.go(ada.page, '/incidents/inc-5b19/plan');
  await ada.page.getByRole('button', { name: 'Approval link…' }).click();
  const dialog = ada.page.getByRole('dialog', { name: 'Link for an approval' });
  await dialog.getByLabel('For').fill('Grace');
  await dialog.getByRole('button', { name: 'Make link' }).click();
  const link = (await dialog.getByText(/#link=/).textContent()) ?? '';
  expect(new URL(link).pathname).toBe('/approve');

  const stranger = await browser.visit({});
  await stranger.page.goto(link);
  await stranger.page.getByRole('button', { name: 'Approve as Grace' }).waitFor();
  expect(stranger.page.url()).not.toContain('approve-');
  await stranger.page.getByText('close this page and tell Ada').waitFor();
  expect(browser.api.world.get('inc-5b19')?.execution).toBeNull();
  expect(await stranger.page.evaluate(contrastTooLow)).toEqual([]);
  expect(await stranger.page.evaluate(namesMissing)).toEqual([]);
  await stranger.page.getByRole('button', { name: 'Approve as Grace' }).click();
  await stranger.page.getByText('Approved. The link is used up.').waitFor();
  expect(browser.api.world.get('inc-5b19')?.execution?.steps[0]?.approvals).toMatchObject([{ by: 'Grace' }]);

  await stranger.page.goto(`${browser.api.address}/incidents`);
  await stranger.page.goto(link);
  await stranger.page.getByText('FB-APPROVAL-LINK-USED').waitFor();
  expect(await stranger.page.getByRole('button', { name: /^Approve/ }).count()).toBe(0);
  await browser.go(stranger.page, '/approve');
  await stranger.page.getByText('There is no approval link').waitFor();
  for (const { troubles, context } of [ada, stranger]) {
    expect(troubles).toEqual([]);
    await context.close();
  }
});
