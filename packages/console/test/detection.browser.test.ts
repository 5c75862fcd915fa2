import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleBrowser } from './console-browser.ts';
import { focusShows } from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(async () => {
  await browser.close();
  expect(browser.api.unknown).toEqual([]);
});

test('a detection is judged without a mouse, and a viewer can only look', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'rob' });
  await browser.go(page, '/incidents/inc-7f3a/detections');
  const card = page.getByRole('article', { name: 'A credential was read' });
  await card.getByRole('textbox', { name: /^Note on/ }).fill('Nobody knows of it.');
  await card.getByRole('button', { name: 'Attack' }).focus();
  expect((await page.evaluate(focusShows)).shows).toBe(true);
  await page.keyboard.press('Enter');
  await card.getByText('Nobody knows of it.').waitFor();
  expect(await card.getByRole('button', { name: 'Attack' }).getAttribute('aria-pressed')).toBe('true');
  await context.close();

  const vera = await browser.visit({ who: 'vera' });
  await browser.go(vera.page, '/incidents/inc-7f3a/detections');
  await vera.page.getByText('Nobody knows of it.').waitFor();
  expect(await vera.page.getByRole('button', { name: /Attack|Merge|Split|Suppress|Close…/ }).count()).toBe(0);
  expect(await vera.page.getByRole('checkbox').count()).toBe(0);
  await vera.context.close();
  expect([...troubles, ...vera.troubles]).toEqual([]);
});

test('a suppression says what it hides, for how long and why, and needs all of it', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'rob' });
  await browser.go(page, '/detection');
  const card = page.getByRole('article', { name: 'A credential was read' });
  await card.getByText('What it means, who, and the events').click();
  await card.getByRole('button', { name: 'Suppress…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Suppress detections' });
  const suppress = dialog.getByRole('button', { name: 'Suppress' });
  expect(await suppress.isDisabled()).toBe(true);
  await dialog.getByRole('textbox', { name: 'Why' }).fill('Announced.');
  await dialog.getByRole('checkbox', { name: /^Of the detector/ }).uncheck();
  await dialog.getByLabel('Only when this acted').selectOption('');
  // Nothing is left of the scope: that would hide everything.
  expect(await suppress.isDisabled()).toBe(true);
  await dialog.getByRole('checkbox', { name: /^Of the detector/ }).check();
  await dialog.getByLabel('For', { exact: true }).selectOption('30');
  await suppress.click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByRole('link', { name: 'Suppressions' }).click();
  await page.getByText('found by sigma/rule-1').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('every mark of the picture has a name, and a row of the table finds its mark', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'vera' });
  await browser.go(page, '/incidents/inc-7f3a/did');
  const picture = page.getByRole('region', { name: 'Picture of what was touched' });
  await picture.getByRole('button', { name: /^A: ServiceAccount predictor acted, 31 events$/ }).waitFor();
  const touched = page.getByRole('region', { name: 'What was touched', exact: true });
  const rows = (await touched.getByRole('row').count()) - 1;
  expect(await picture.getByRole('button', { name: /^\d+: / }).count()).toBe(rows);
  await touched.getByRole('button', { name: 'Show number 1 in the picture' }).focus();
  await page.keyboard.press('Enter');
  const mark = picture.getByRole('button', { name: /^1: Secret model-signing-key, a crown jewel, touched 2 times/ });
  expect(await mark.getAttribute('aria-pressed')).toBe('true');
  // What nobody logged is named, and never called clean.
  await page.getByText('Nothing is known of these systems').waitFor();
  await page.getByText('31 within reach, 2 crown jewels').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('moments of one kind are asked for by address, and a hunt is narrowed by what is found most often', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'vera' });
  await browser.go(page, '/incidents/inc-7f3a/timeline?kind=human');
  await page.getByText('Ada approved the plan.').waitFor();
  expect(await page.getByText('A credential was read.').count()).toBe(0);
  await browser.go(page, '/detection/hunt?q=outcome%20%3D%20refused');
  await page.getByRole('region', { name: 'Found most often' }).getByRole('button', { name: 'done' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('outcome = refused and outcome = "done"');
  expect(troubles).toEqual([]);
  await context.close();
});

test('the rotation list is worked, and what is decided leaves it', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'rob' });
  await browser.go(page, '/detection/rotation');
  await page.getByRole('button', { name: 'It was rotated…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('A new one is in the vault.');
  await dialog.getByRole('button', { name: 'It was rotated' }).click();
  await page.getByText('No secret of this sort.').waitFor();
  await page.getByText('Rotated', { exact: true }).click();
  await page.getByText('Rotated at night.').waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});
