import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleBrowser } from './console-browser.ts';
import { focusShows } from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(() => browser.close());

test('tabbing begins with the skip link, and every stop shows where it is', async () => {
  const { page, context } = await browser.visit({ who: 'ada' });
  await browser.go(page, '/incidents/inc-61c0/plan');
  await page.getByText('Proven cheapest').waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
  const seen: string[] = [];
  for (;;) {
    const { what, shows } = await page.evaluate(focusShows);
    // After the last stop the focus leaves the page.
    if (what === 'nothing' || seen.length > 100) break;
    expect(shows, what).toBe(true);
    seen.push(what);
    await page.keyboard.press('Tab');
  }
  expect(seen.length).toBeLessThan(100);
  expect(seen.length).toBeGreaterThan(15);
  await context.close();
});

test('the skip link goes to the content', async () => {
  const { page, context } = await browser.visit({ who: 'ada' });
  await browser.go(page, '/incidents');
  await page.getByText('Whole training fleet').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Open incident');
  await context.close();
});

test('a plan is approved without a mouse, and the dialog keeps the focus and gives it back', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'ada' });
  await page.getByRole('link', { name: 'Notebook user reads customer transcripts' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Notebook user' }).waitFor();
  await page.getByRole('tab', { name: 'Blast radius' }).focus();
  for (const _ of ['Attack paths', 'Scope', 'Detections', 'Timeline', 'Could and did', 'Plan'])
    await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Approve…' }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Plan');

  await page.getByRole('button', { name: 'Approve…' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Approve the plan' });
  await dialog.waitFor();
  const inDialog = () => page.evaluate(() => document.activeElement?.closest('[role="dialog"]') !== null);
  for (let stop = 0; stop < 12; stop++) {
    await page.keyboard.press('Tab');
    expect(await inDialog()).toBe(true);
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Approve…');

  await page.keyboard.press('a');
  await dialog.waitFor();
  await dialog.getByRole('button', { name: 'Approve all 5 steps' }).focus();
  await page.keyboard.press('Enter');
  await page.getByText('Containment is running').first().waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('shortcuts work, are listed, stay out of text fields, and can be switched off', async () => {
  const { page, context } = await browser.visit({ who: 'ada' });
  await page.keyboard.press('g');
  await page.keyboard.press('e');
  await page.getByRole('heading', { name: 'Estate' }).waitFor();
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.getByText('Go to incidents').waitFor();
  await help.getByLabel('Shortcuts are on').press('Space');
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await help.getByLabel('Shortcuts are on').press('Space');
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'detached' });
  expect(new URL(page.url()).pathname).toBe('/estate');
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('heading', { name: 'Incidents' }).waitFor();
  await page.keyboard.press('o');
  await page.getByRole('dialog').getByLabel('What happened').fill('');
  await page.keyboard.type('g e ?');
  expect(await page.getByRole('dialog').getByLabel('What happened').inputValue()).toBe('g e ?');
  await context.close();
});
