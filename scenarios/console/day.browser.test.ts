/**
 * The responder's day in a real browser against a real server: what `npm start` shows, from the incident list through
 * plan, dry-run, two approvals, proof and evidence to undo. Writes the screenshots of the README when asked to
 * (`SCREENSHOTS=docs/images`).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url).pathname;
const shots = process.env.SCREENSHOTS;
let data: string;
let server: ChildProcess;
let link: string;
let browser: Browser;

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'build'], { cwd: root });
  data = await mkdtemp(join(tmpdir(), 'firebreak-day-'));
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
});

afterAll(async () => {
  await browser?.close();
  if (server !== undefined && server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(data, { recursive: true, force: true });
});

test('from npm start through approve, contained and undo', async () => {
  const ada = await person('light');
  await ada.goto(link);
  await ada.getByRole('link', { name: /serving account is abused/ }).waitFor();
  await shoot(ada, 'incidents');

  await ada.getByRole('link', { name: /serving account is abused/ }).click();
  await ada.getByText('Crown jewels in the blast radius').waitFor();
  await settled(ada);
  await shoot(ada, 'blast-radius');

  await tab(ada, 'Attack paths');
  await ada.getByText('PERMISSION_DISCOVER').first().waitFor();
  await shoot(ada, 'attack-paths');

  await tab(ada, 'Plan');
  await ada.getByText('Proven cheapest').waitFor();
  await ada.getByRole('button', { name: 'Check independently' }).click();
  await ada.getByText('every step severs what it claims').waitFor();
  await ada.getByRole('button', { name: 'Dry-run' }).click();
  await ada
    .getByText(/PATCH \/apis\/rbac\.authorization\.k8s\.io/)
    .first()
    .waitFor();
  await shoot(ada, 'plan');

  await approve(ada);
  // Everything but the drastic step runs; that one waits for somebody else.
  await ada
    .getByText(/1 of 2 approved/)
    .first()
    .waitFor();
  const grace = await person('dark');
  await grace.goto(await invitation(ada));
  await grace.getByRole('link', { name: /serving account is abused/ }).click();
  await tab(grace, 'Plan');
  await approve(grace);
  await grace.getByText('Contained', { exact: true }).first().waitFor({ timeout: 120_000 });
  await grace
    .getByText(/fresh collect shows nothing protected/)
    .first()
    .waitFor();
  await settled(grace);
  await shoot(grace, 'contained');

  await tab(grace, 'Evidence');
  await grace.getByRole('button', { name: 'Verify now' }).click();
  await grace.getByText('every entry is in the signed tree, unchanged, at its place').waitFor();
  await shoot(grace, 'evidence');
  const download = grace.waitForEvent('download');
  await grace
    .getByRole('link', { name: /Download evidence file/ })
    .or(grace.getByRole('button', { name: /Download evidence file/ }))
    .first()
    .click();
  const file = join(data, 'evidence.tar');
  await (await download).saveAs(file);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['packages/platform/src/app/main.ts', 'evidence', 'verify', file, '--json'],
    { cwd: root },
  );
  expect(JSON.parse(stdout)).toMatchObject({ ok: true });

  await tab(grace, 'Plan');
  await grace.getByRole('button', { name: 'Undo…' }).click();
  await grace.getByRole('button', { name: /^Undo \d+ steps$/ }).click();
  await grace.getByText('Undone', { exact: true }).first().waitFor({ timeout: 120_000 });
  await shoot(grace, 'undone');
});

/** Resolves with the link that the server prints. */
async function signInLink(process: ChildProcess): Promise<string> {
  if (process.stdout === null) throw new Error('the server has no standard output');
  for await (const line of createInterface({ input: process.stdout })) {
    const found = /https?:\/\/\S+#link=\S+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error(`the server ended with ${process.exitCode} before it printed a link`);
}

async function person(colorScheme: 'light' | 'dark'): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  return page;
}

async function tab(page: Page, name: string): Promise<void> {
  await page
    .getByRole('tab', { name })
    .or(page.getByRole('link', { name, exact: true }))
    .first()
    .click();
}

async function approve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('button', { name: /^Approve (all )?\d+ steps?$/ }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** A link for a second person, made on the access page. */
async function invitation(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Access' }).click();
  await page.getByLabel('Name', { exact: true }).fill('grace');
  await page.getByLabel('Role').first().click();
  await page.getByRole('option', { name: /approver/ }).click();
  await page.getByRole('button', { name: 'Make link' }).click();
  const text = await page.getByText(/#link=/).textContent();
  if (text === null) throw new Error('no link was shown');
  return text.trim();
}

/** Waits for the drawing to stand still. */
async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.waitForTimeout(1500);
}

async function shoot(page: Page, name: string): Promise<void> {
  if (shots === undefined) return;
  await mkdir(join(root, shots), { recursive: true });
  await page.screenshot({ path: join(root, shots, `${name}.png`) });
}
