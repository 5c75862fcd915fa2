/**
 * Knowing the estate, in a real browser against a real server with the demo estate: a search, a node with its threat model, the
 * exposure matrix and why a cell is hot, a what-if that goes along in the address, channels, and a review campaign signed off
 * by somebody else. Writes screenshots when asked to (`SCREENSHOTS=docs/images`).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const shots = process.env.SCREENSHOTS;
let data: string;
let server: ChildProcess;
let link: string;
let browser: Browser;
let page: Page;
const errors: string[] = [];

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  data = await mkdtemp(join(tmpdir(), 'firebreak-estate-'));
  server = spawn(process.execPath, ['packages/platform/src/app/main.ts', 'serve', '--data', data, '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  link = await signInLink(server);
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(link);
  await page.getByRole('heading', { name: 'Incidents' }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  if (server !== undefined && server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(data, { recursive: true, force: true });
  expect(errors).toEqual([]);
});

test('a node is found by query, and what the server says of a mistake is shown at its place', async () => {
  await open('Estate');
  await page.getByText(/^\d+ nodes$/).waitFor();
  const box = page.getByRole('textbox', { name: 'Search the estate' });
  await box.fill('class = modell');
  await page.getByText(/^There is no such class/).waitFor();
  expect(await page.locator('mark').textContent()).toBe('modell');
  await box.fill('class = identity and reaches(jewel)');
  await page.getByRole('checkbox', { name: /^identity/ }).waitFor();
  await expect.poll(() => page.getByText(/^\d+ nodes$/).textContent()).not.toBe(null);
  await page.getByRole('link', { name: 'predictor-runner' }).first().waitFor();
  await shoot('estate');
  await page.getByRole('link', { name: 'predictor-runner' }).first().click();
  await page.getByRole('heading', { name: 'predictor-runner', exact: true }).waitFor();
  await page.getByText('crown jewels', { exact: false }).first().waitFor();
  await page
    .getByRole('button', { name: /^How .* gives predictor-runner$/ })
    .first()
    .click();
  await page.getByText('How to cut it').first().waitFor();
  await shoot('node');
});

test('an endpoint has its request path, a model its lineage and threat model', async () => {
  await search('class = endpoint and name = support-agent and id = "*service*"');
  await page.getByRole('link', { name: 'support-agent' }).first().click();
  await page.getByRole('link', { name: 'Request path' }).click();
  const drawing = page.getByRole('region', { name: /^Request path: / });
  await drawing.waitFor();
  const stations = await drawing.getByRole('button').count();
  expect(stations).toBeGreaterThan(1);
  await drawing.getByRole('button').last().click();
  await page.getByRole('heading', { name: /^Can get it by an attack/ }).waitFor();
  await shoot('request-path');

  await search('class = model and name = assistant-70b and kind = Model');
  await page.getByRole('link', { name: 'assistant-70b' }).first().click();
  await page.getByRole('link', { name: 'Lineage' }).click();
  await page.getByRole('region', { name: /^Lineage: / }).waitFor();
  await shoot('lineage');
  await page.getByRole('link', { name: 'Threat model' }).click();
  await page.getByRole('heading', { name: 'Where an attacker can begin' }).waitFor();
  await page.getByRole('heading', { name: 'What would stop them' }).waitFor();
});

test('a cell of the matrix says why, and a what-if from there redraws exposure and stays in the address', async () => {
  await open('Exposure');
  const grid = page.getByRole('grid');
  await grid
    .getByRole('gridcell', { name: /^predictor-runner reaches/ })
    .first()
    .click();
  const why = page.getByRole('complementary', { name: 'Why' });
  await why.getByRole('article').waitFor();
  await shoot('exposure');
  await why.getByRole('link', { name: 'predictor-runner' }).first().click();
  await page.getByRole('button', { name: 'What if without predictor-runner', exact: true }).click();
  const bar = page.getByRole('complementary', { name: 'What if' });
  await bar
    .getByText(/^-\d+ %$/)
    .first()
    .waitFor();
  await open('Exposure');
  await grid
    .getByRole('gridcell', { name: /^predictor-runner would no longer reach/ })
    .first()
    .waitFor();
  await shoot('what-if');
  const other = await page.context().newPage();
  await other.goto(page.url());
  await other.getByText('Without 1 thing').waitFor();
  await other.getByRole('link', { name: 'See what changes' }).click();
  await other.getByText('no longer reaches').first().waitFor();
  await other.close();
  await bar.getByRole('button', { name: 'Clear' }).click();
  await bar.waitFor({ state: 'detached' });
});

test('identities, channels, third parties and privileges are there, and each says whether it is complete', async () => {
  await open('Identities');
  await page.getByText(/^shared \d+$/).click();
  await page.getByText(/^\d+ of \d+$/).waitFor();
  await page.getByRole('region', { name: 'Identities' }).getByRole('link').first().click();
  await page.getByRole('heading', { name: 'What is wrong with it' }).waitFor();
  await completeness();
  await open('Channels');
  await page.getByText('publishes what it runs').first().waitFor();
  await completeness();
  await shoot('channels');
  await page.getByRole('link', { name: 'Third parties' }).click();
  await completeness();
  await open('Reviews');
  await page.getByRole('link', { name: 'Granted and used' }).click();
  await page.getByText(/^All \(\d+\)$/).waitFor();
  await completeness();
});

test('a review campaign is opened, and every identity is signed off with a reason', async () => {
  await open('Reviews');
  await page.getByRole('button', { name: 'Open campaign' }).click();
  const dialog = page.getByRole('dialog', { name: 'Open a review campaign' });
  await dialog.getByLabel('What it is for').fill('Who serves models');
  await dialog.getByLabel('Which identities').fill('class = identity and name in (predictor-runner, deployer)');
  await dialog.getByRole('button', { name: 'Open campaign' }).click();
  await page.getByRole('heading', { name: 'Who serves models' }).waitFor();
  const items = await page.getByRole('article').count();
  expect(items).toBeGreaterThan(0);
  await shoot('review');
  for (let decided = 0; decided < items; decided += 1) {
    await page.getByText(`${decided} of ${items} decided`).waitFor();
    const item = page.getByRole('article').first();
    await item.getByRole('textbox').fill('Needed by the serving team.');
    await item.getByRole('button', { name: 'Sign off' }).click();
  }
  await page.getByText('Signed off: every identity is decided.').waitFor();
});

/** By the pages' own navigation. */
async function open(name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

async function search(query: string): Promise<void> {
  await open('Estate');
  await page.getByRole('textbox', { name: 'Search the estate' }).fill(query);
  await page.keyboard.press('Enter');
}

async function completeness(): Promise<void> {
  await page
    .getByText(/^(Complete|Limited: \d+ gaps?)$/)
    .first()
    .waitFor();
}

/** Resolves with the link that the server prints. */
async function signInLink(process: ChildProcess): Promise<string> {
  if (process.stdout === null) throw new Error('the server has no standard output');
  for await (const line of createInterface({ input: process.stdout })) {
    const found = /https?:\/\/\S+#link=\S+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error(`the server ended with ${process.exitCode} before it printed a link`);
}

async function shoot(name: string): Promise<void> {
  if (shots === undefined) return;
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await mkdir(join(root, shots), { recursive: true });
  await page.screenshot({ path: join(root, shots, `${name}.png`) });
}
