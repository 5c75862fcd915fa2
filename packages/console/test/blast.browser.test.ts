import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConsoleBrowser } from './console-browser.ts';
import { shifts, watchShifts } from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(() => browser.close());

test('5,000 nodes and 20,000 steps are drawn and nothing jumps', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'ada', before: watchShifts });
  await browser.go(page, '/incidents/inc-big0/blast');
  const stage = page.getByRole('region', { name: 'Blast radius' });
  const reserved = await stage.boundingBox().catch(() => null);
  await page.locator('canvas.sigma-nodes').waitFor();
  await page.getByText('Drawn: 5,000 nodes, 20,000 steps; 1,250 more nodes only in the table').waitFor();
  const drawn = page.getByRole('group', { name: /^Drawing of 5000 nodes/ });
  const picture = await drawn.screenshot();
  expect(await page.evaluate(shifts)).toBeLessThan(0.02);
  const settled = await stage.boundingBox();
  if (reserved !== null) expect(settled).toEqual(reserved);

  // It is a picture of the nodes: without them it is another one, and with them again the same place.
  await page.getByRole('button', { name: 'All classes' }).click();
  for (const box of await page.getByRole('dialog').getByRole('checkbox').all()) await box.uncheck();
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await drawn.screenshot()).equals(picture)).toBe(false);
  expect(await stage.boundingBox()).toEqual(settled);
  expect(troubles).toEqual([]);
  await context.close();
});

test('what a plan would save is shown as reached until it is so', async () => {
  const { page, context } = await browser.visit({ who: 'ada' });
  browser.api.world.makePlan('inc-7f3a');
  const legend = page.getByRole('list', { name: 'Legend' });
  await browser.go(page, '/incidents/inc-7f3a/blast');
  await legend.getByText('Crown jewel').waitFor();
  expect(await legend.getByText('Safe with the plan').count()).toBe(0);
  await page.getByText('With the plan', { exact: true }).click();
  await legend.getByText('Severed by the plan').waitFor();
  expect(await legend.getByText('Crown jewel').count()).toBe(0);
  await browser.go(page, '/incidents/inc-3aa7/blast');
  await legend.getByText('Safe with the plan').waitFor();
  await context.close();
});

test('a node is found by name, brought to the middle, and picked with the mouse', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'ada' });
  await browser.go(page, '/incidents/inc-7f3a/blast');
  await page.getByRole('combobox', { name: 'Find a node' }).fill('model-signing');
  await page.getByRole('option', { name: /model-signing-key/ }).click();
  const side = page.getByRole('complementary', { name: 'Details' });
  await side.getByRole('heading', { name: 'model-signing-key' }).waitFor();
  await side.getByText('signs every model that goes to production').waitFor();
  await side.getByRole('button', { name: 'Close the details' }).click();
  await side.getByRole('heading', { name: 'Chokepoints' }).waitFor();
  const box = await page.getByRole('group', { name: /^Drawing of/ }).boundingBox();
  if (box === null) throw new Error('there is no drawing');
  await expect
    .poll(async () => {
      await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
      return side.getByRole('heading', { name: 'model-signing-key' }).count();
    })
    .toBe(1);
  await side.getByRole('link', { name: 'Attack paths to it' }).click();
  await page.getByText('1 path').first().waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});

test('the table tells the same by keyboard alone, and hostile names cannot lie or run', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'ada' });
  let alerted = false;
  page.on('dialog', (dialog) => {
    alerted = true;
    void dialog.dismiss();
  });
  await browser.go(page, '/incidents/inc-7f3a/blast');
  await page.getByRole('heading', { name: 'Chokepoints' }).waitFor();
  await page.keyboard.press('v');
  await page.getByRole('columnheader', { name: 'Steps away' }).waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  await page.keyboard.press('/');
  await page.keyboard.type('<img');
  const row = page.getByRole('row').nth(1);
  await row.getByText('⟨U+202E⟩').waitFor();
  await row.getByText('⟨U+0007⟩').waitFor();
  await row.getByRole('button').focus();
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary', { name: 'Details' });
  await side.getByText('<img src=x onerror=alert(1)>', { exact: false }).first().waitFor();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  expect(alerted).toBe(false);
  expect(troubles).toEqual([]);
  await context.close();
});

test('without WebGL there is a plain message and the table', async () => {
  const { page, context, troubles } = await browser.visit({
    who: 'ada',
    before: () => {
      const real = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.includes('webgl') ? null : Reflect.apply(real, this, [kind, ...rest]);
      } as typeof real;
    },
  });
  await browser.go(page, '/incidents/inc-7f3a/blast');
  await page.getByText('This browser cannot draw the graph').waitFor();
  await page.getByRole('columnheader', { name: 'Why it matters' }).waitFor();
  expect(await page.getByRole('row').count()).toBe(51);
  expect(troubles).toEqual([]);
  await context.close();
});
