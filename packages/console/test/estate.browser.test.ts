import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ConsoleBrowser, type Visit } from './console-browser.ts';
import { compromisedId } from './fake-estate.ts';
import { shifts, watchShifts } from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(async () => {
  await browser.close();
  expect(browser.api.unknown).toEqual([]);
});
beforeEach(() => {
  browser.api.large = false;
});

async function visit(path: string): Promise<Visit> {
  const visited = await browser.visit({ who: 'ada', before: watchShifts });
  await browser.go(visited.page, path);
  return visited;
}

async function leave({ context, troubles }: Visit): Promise<void> {
  expect(troubles).toEqual([]);
  await context.close();
}

test('20,000 nodes: few rows in the page wherever it is scrolled to, and the last one is there at the end', async () => {
  browser.api.large = true;
  const visited = await visit('/estate');
  const { page } = visited;
  await page.getByText('20,000 nodes').waitFor();
  const table = page.getByRole('region', { name: 'Nodes found' });
  await table.getByRole('link', { name: 'predictor', exact: false }).first().waitFor();
  expect(await table.getByRole('table').getAttribute('aria-rowcount')).toBe('20001');
  await table.evaluate((element) => element.scrollTo({ top: element.scrollHeight / 2 }));
  await table.locator('tr[aria-rowindex="10001"]').waitFor();
  expect(await table.locator('tr').count()).toBeLessThan(80);
  // What is scrolled to is in sight, not merely in the page.
  const seen = await table.evaluate((element) => {
    const box = element.getBoundingClientRect();
    return document.elementFromPoint(box.left + 30, box.top + box.height / 2)?.closest('tr')?.textContent ?? '';
  });
  expect(seen).toMatch(/thing-9\d{3}/);
  await table.evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await table.locator('tr[aria-rowindex="20001"]').waitFor();
  expect(await table.locator('tr').count()).toBeLessThan(80);
  expect(await page.evaluate(shifts)).toBeLessThan(0.05);
  await leave(visited);
});

test('the estate is searched by name, facet and query, and a mistake is shown where it is', async () => {
  const visited = await visit('/estate');
  const { page } = visited;
  const status = page.locator('main').getByRole('status').last();
  await page.getByText('400 nodes').waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('model-signing');
  await page.getByText('1 node', { exact: true }).waitFor();
  await page.getByRole('link', { name: /model-signing-key/ }).waitFor();

  await page.getByRole('textbox', { name: 'Search the estate' }).fill('class = modell');
  await page.getByText('There is no such class.').waitFor();
  expect(await page.locator('mark').textContent()).toBe('modell');
  // What was found before stays, and nothing below moves.
  await page.getByRole('link', { name: /model-signing-key/ }).waitFor();

  await page.getByRole('textbox', { name: 'Search the estate' }).fill('');
  await page.getByText('400 nodes').waitFor();
  await page.getByRole('checkbox', { name: /^dataset/ }).check();
  await expect.poll(() => status.textContent()).not.toContain('400');
  expect(decodeURIComponent(new URL(page.url()).search)).toContain('class=["dataset"]');
  // Nothing was in a facet's place before, so the mistake of the query did not move it either.
  expect(await page.evaluate(shifts)).toBeLessThan(0.05);
  await page.reload();
  await expect.poll(() => page.getByRole('checkbox', { name: /^dataset/ }).isChecked()).toBe(true);
  await leave(visited);
});

test('a node tells what it is, what leads to it, and its threat model, and foreign text stays text', async () => {
  const visited = await visit(`/estate/node?id=${encodeURIComponent(compromisedId)}`);
  const { page } = visited;
  await page.getByRole('heading', { name: 'predictor', exact: true }).waitFor();
  await page.getByText('automount').waitFor();
  await page.getByText('restricted').waitFor();
  await page
    .getByRole('button', { name: /^How .* gives predictor$/ })
    .first()
    .click();
  await page.getByRole('article').first().waitFor();
  await page.getByRole('link', { name: 'Threat model' }).click();
  await page.getByText('Nobody stated who owns it. <script>alert(1)</script>').waitFor();
  expect(await page.locator('main script, main img[src="x"]').count()).toBe(0);
  await page.getByRole('button', { name: 'Limited: 1 gap' }).click();
  await page
    .getByRole('region', { name: 'What could not be read' })
    .getByText('Listing secrets in the namespace payments was refused.')
    .waitFor();
  await leave(visited);
});

test('the matrix of 500 × 200 is read by keyboard alone, and a cell says why', async () => {
  browser.api.large = true;
  const visited = await visit('/exposure');
  const { page } = visited;
  const grid = page.getByRole('grid', { name: 'Exposure of crown jewels to identities' });
  await grid.waitFor();
  expect(await grid.getAttribute('aria-rowcount')).toBe('501');
  expect(await grid.getAttribute('aria-colcount')).toBe('201');
  expect(await grid.getByRole('gridcell').count()).toBeLessThan(3000);
  await grid.focus();
  await page.keyboard.press('Control+End');
  const active = () =>
    grid.evaluate((element) => {
      const cell = document.getElementById(element.getAttribute('aria-activedescendant') ?? '');
      const box = cell?.getBoundingClientRect();
      const frame = element.parentElement?.getBoundingClientRect();
      return {
        label: cell?.getAttribute('aria-label') ?? '',
        inSight:
          box !== undefined && frame !== undefined && box.right <= frame.right + 1 && box.bottom <= frame.bottom + 1,
      };
    });
  await expect.poll(active).toMatchObject({ label: expect.stringContaining('identity-499'), inSight: true });
  await page.keyboard.press('Control+Home');
  await page.keyboard.press('ArrowDown');
  await expect
    .poll(active)
    .toMatchObject({ label: expect.stringMatching(/^identity-1 reaches jewel-0/), inSight: true });
  await page.keyboard.press('Enter');
  const why = page.getByRole('complementary', { name: 'Why' });
  await why.getByRole('article').waitFor();
  await why.getByText('10 of 10 (its owner says so)').waitFor();
  expect(await page.evaluate(shifts)).toBeLessThan(0.05);
  await leave(visited);
});

test('what is picked goes along, redraws exposure at once without a jump, and can be sent as an address', async () => {
  const visited = await visit('/exposure');
  const { page, context } = visited;
  const grid = page.getByRole('grid');
  await grid.getByRole('gridcell', { name: /^identity-0 reaches jewel-0,/ }).click();
  const why = page.getByRole('complementary', { name: 'Why' });
  await why.getByRole('button', { expanded: false }).first().click();
  const place = await grid.boundingBox();
  await why.getByRole('button', { name: /^What if without step 1/ }).click();
  const bar = page.getByRole('complementary', { name: 'What if' });
  await bar.getByText('300,000').waitFor();
  await grid.getByRole('gridcell', { name: /^identity-0 would no longer reach jewel-0/ }).waitFor();
  expect(await grid.boundingBox()).toEqual(place);

  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Channels' }).click();
  await page.getByRole('button', { name: 'What if without serving' }).click();
  await bar.getByText('240,000').waitFor();
  await bar.getByRole('link', { name: 'See what changes' }).click();
  await page.getByText('no longer reaches').waitFor();
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByText('2 things', { exact: true }).waitFor();
  await other.getByText('240,000').first().waitFor();
  await other.close();

  await page.getByRole('textbox', { name: 'An edge, object, node or action' }).fill('nothing like this');
  await page.getByRole('button', { name: 'Take away' }).click();
  await page.getByText('There is no node nothing like this.').first().waitFor();
  await page.getByRole('button', { name: 'Keep nothing like this' }).click();
  await page.getByText('240,000').waitFor();
  // The page has the numbers itself, so the bar is not over it.
  expect(await bar.count()).toBe(0);
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('Nothing is taken away yet.').waitFor();
  await leave(visited);
});

test('drawings are walked by keyboard, and their lists say the same', async () => {
  const visited = await visit(`/estate/node?id=${encodeURIComponent(compromisedId)}&view=request-path`);
  const { page } = visited;
  const drawing = page.getByRole('region', { name: /^Request path: 120 stations/ });
  await drawing.waitFor();
  expect(await drawing.getByRole('button').count()).toBe(120);
  await drawing.getByRole('button', { name: /station-7\b/ }).focus();
  await page.keyboard.press('Enter');
  const side = page.getByRole('complementary', { name: 'The picked station' });
  await side.getByRole('link', { name: /station-7$/ }).waitFor();
  await side.getByText('⟨U+202E⟩').waitFor();
  await page.getByText('119 hops').waitFor();

  await browser.go(page, `/estate/node?id=${encodeURIComponent(compromisedId)}&view=lineage`);
  const lineage = page.getByRole('region', { name: /^Lineage: 7 nodes/ });
  await lineage.waitFor();
  const names = await lineage.getByRole('button').allInnerTexts();
  const order = names.map((text) => /station-\d/.exec(text)?.[0]);
  expect(order[0]).toBe('station-2');
  expect(order.at(-1)).toBe('station-5');
  await page.getByText('5 links').waitFor();
  await leave(visited);
});

test('identities are narrowed by finding, and one of them tells all', async () => {
  const visited = await visit('/identities');
  const { page } = visited;
  await page.getByText('5,000 of 5,000').waitFor();
  await page.getByText(/^unused [\d,]+$/).click();
  await page.getByText('1,667 of 5,000').waitFor();
  expect(await page.getByRole('checkbox', { name: /^stale/ }).isDisabled()).toBe(true);
  await page.getByRole('link', { name: 'identity-0' }).click();
  await page.getByText('its system keeps record of use, and there is none').waitFor();
  await page.getByText('Crown jewels that it reaches').waitFor();
  await leave(visited);
});

test('a campaign is opened, decided with reasons and signed off; a viewer decides nothing', async () => {
  const visited = await visit('/reviews');
  const { page } = visited;
  await page.getByRole('button', { name: 'Open campaign' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open a review campaign' });
  await dialog.getByLabel('What it is for').fill('Quarterly review');
  await dialog.getByRole('button', { name: 'Open campaign' }).click();
  await page.getByRole('heading', { name: 'Quarterly review' }).waitFor();
  await page.getByText('0 of 2 decided').waitFor();
  const path = new URL(page.url()).pathname;

  const vera = await browser.visit({ who: 'vera' });
  await browser.go(vera.page, path);
  await vera.page.getByRole('article').first().waitFor();
  expect(await vera.page.getByRole('button', { name: 'Sign off' }).count()).toBe(0);
  await vera.context.close();

  const first = page.getByRole('article', { name: /reviewed-1/ });
  expect(await first.getByRole('button', { name: 'Sign off' }).isDisabled()).toBe(true);
  await first.getByText('Revoke', { exact: true }).click();
  await first.getByRole('textbox').fill('Nobody needs it.');
  await page.keyboard.press('Enter');
  await page.getByText('1 of 2 decided').waitFor();
  const second = page.getByRole('article', { name: /reviewed-2/ });
  await second.getByRole('textbox').fill('Serves the gateway.');
  await second.getByRole('button', { name: 'Sign off' }).click();
  await page.getByText('Signed off: every identity is decided.').waitFor();
  await page.getByText('to be revoked').waitFor();
  await page.getByText('Nobody needs it.').waitFor();
  await page.getByRole('link', { name: 'Campaigns' }).click();
  await page.getByText('Signed off', { exact: true }).waitFor();
  await leave(visited);
});
