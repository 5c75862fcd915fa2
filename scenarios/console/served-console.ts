/** The built console (`../built.ts`) on a real server in a process of its own, and browsers on it, for the scenarios of this folder. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';

export const root = new URL('../../', import.meta.url).pathname;

export interface Person {
  readonly page: Page;
  /** Errors of the page, what its policy refused, and requests that left the server; a scenario ends by expecting none. */
  readonly troubles: string[];
}

export interface ServedConsole {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The data directory; it stays until `close`. */
  readonly data: string;
  /** A person with a browser profile of their own, who has not signed in. */
  person(scheme: 'light' | 'dark'): Promise<Person>;
  /** The first person, signed in and looking at the incidents. The link is good for one. */
  admin(): Promise<Person>;
  /** Ends the server in order, so that its data directory may be opened. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts a server over the sources, or over the demo estate when there are none.
 *
 * @param more further options of `serve`
 */
export async function serveConsole(sources: readonly string[], more: readonly string[] = []): Promise<ServedConsole> {
  const { CHROMIUM } = process.env;
  if (CHROMIUM === undefined) throw new Error('CHROMIUM must name a browser: run `peers/chromium/install`.');
  const data = await mkdtemp(join(tmpdir(), 'firebreak-console-'));
  const args = ['packages/platform/src/app/main.ts', 'serve', '--data', data, '--port', '0', ...more];
  const server = spawn(process.execPath, [...args, ...sources.flatMap((source) => ['--from', source])], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGTERM');
    await once(server, 'exit');
  };
  const [link, browser] = await Promise.all([
    signInLink(server),
    chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    }),
  ]);
  const { origin } = new URL(link);
  return {
    origin,
    data,
    person: (scheme) => person(browser, origin, scheme),
    admin: async () => {
      const first = await person(browser, origin, 'light');
      await first.page.goto(link);
      await first.page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor();
      return first;
    },
    stop,
    close: async () => {
      await browser.close();
      await stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Resolves with the link that the server prints. */
async function signInLink(server: ChildProcess): Promise<string> {
  if (server.stdout === null) throw new Error('the server has no standard output');
  for await (const line of createInterface({ input: server.stdout })) {
    const found = /https?:\/\/\S+#link=\S+/.exec(line);
    if (found !== null) return found[0];
  }
  throw new Error(`the server ended with ${server.exitCode} before it printed a link`);
}

async function person(browser: Browser, origin: string, colorScheme: 'light' | 'dark'): Promise<Person> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(30_000);
  const troubles: string[] = [];
  context.on('weberror', (error) => troubles.push(error.error().message));
  context.on('console', (message) => {
    // A browser logs every 4xx by itself: being asked to sign in, a query that cannot be read.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      troubles.push(message.text());
  });
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== origin) troubles.push(`left the server: ${request.url()}`);
  });
  return { page: await context.newPage(), troubles };
}

/** Opens one of the pages by the navigation along the top. @param heading its name where that differs */
export async function open(page: Page, name: string, heading = name): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: heading }).waitFor();
}

/** On the estate page: asks a query, and waits until the rows are those of its answer and not of the one before. */
export async function searchFor(page: Page, query: string): Promise<void> {
  const answered = page.waitForResponse((response) =>
    [...new URL(response.url()).searchParams.values()].some((value) => value.includes(query)),
  );
  await page.getByRole('textbox', { name: 'Search the estate' }).fill(query);
  await page.keyboard.press('Enter');
  await answered;
  await page.locator('[aria-label="Nodes found"][aria-busy="false"]').waitFor();
}

/** A one-time link for another person, made on the access page. */
export async function invite(page: Page, name: string, role: 'approver' | 'responder' | 'viewer'): Promise<string> {
  await open(page, 'Access');
  const form = page.locator('section').filter({ has: page.getByRole('heading', { name: 'Invite a person' }) });
  await form.getByLabel('Name', { exact: true }).fill(name);
  await form.getByLabel('Role').first().click();
  await page.getByRole('option', { name: new RegExp(role) }).click();
  await form.getByRole('button', { name: 'Make link' }).click();
  const text = await page.getByText(/#link=/).textContent();
  if (text === null) throw new Error('no link was shown');
  return text.trim();
}

/** An API token, made by somebody who is signed in as an admin. */
export async function tokenFor(page: Page, name: string, role: 'sensor' | 'responder' | 'approver'): Promise<string> {
  const made: { token: string } = await page.evaluate(
    async (body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api/tokens', { method: 'POST', headers, body });
      return answer.json();
    },
    JSON.stringify({ name, role, expiresInDays: 1 }),
  );
  return made.token;
}

/** A picture for the documentation, into the folder that `SCREENSHOTS` names; without it nothing. */
export async function shoot(page: Page, name: string): Promise<void> {
  const { SCREENSHOTS } = process.env;
  if (SCREENSHOTS === undefined) return;
  await page.waitForLoadState('networkidle').catch(() => undefined);
  for (const skeleton of await page.locator('.mantine-Skeleton-root').all())
    await skeleton.waitFor({ state: 'detached' });
  await mkdir(join(root, SCREENSHOTS), { recursive: true });
  await page.screenshot({ path: join(root, SCREENSHOTS, `${name}.png`) });
}
