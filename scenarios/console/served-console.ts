/** The built console (`../built.ts`) on a real server, and browsers on it, for the scenarios of this folder. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
import type { DemoServer } from './demo-server.ts';
import { root, type ServeOptions, startServer } from './server.ts';

export interface Person {
  readonly page: Page;
  /** Errors of the page, what its policy refused, and requests that left the server; a scenario ends by expecting none. */
  readonly troubles: string[];
}

export interface ServedConsole {
  /** Scheme, host and port. */
  readonly origin: string;
  /** A person with a browser profile of their own, who has not signed in. */
  person(scheme: 'light' | 'dark'): Promise<Person>;
  /** The first person, signed in and looking at the incidents; of a server of one's own, this goes once. */
  admin(): Promise<Person>;
  close(): Promise<void>;
}

/** A server that nobody else looks at. */
export interface OwnConsole extends ServedConsole {
  /** The data directory; it stays until `close`. */
  readonly data: string;
  /** Ends the server in order, so that its data directory may be opened. */
  stop(): Promise<void>;
}

/** A server that other suites look at as well. */
export type SharedConsole = ServedConsole & Pick<DemoServer, 'database'>;

/** Starts a server over the demo estate, or what the options say, for a suite that changes what others look at. */
export async function serveConsole(options: ServeOptions = []): Promise<OwnConsole> {
  const [server, browser] = await Promise.all([startServer(options), launch()]);
  const { origin, link, data } = server;
  return {
    ...{ origin, data },
    person: (scheme) => person(browser, origin, scheme),
    admin: async () => arrived(await person(browser, origin, 'light'), link),
    stop: () => server.stop(),
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** The demo estate on the server that several suites share (`demo-server.ts`). */
export async function sharedConsole(): Promise<SharedConsole> {
  const { origin, session, database } = inject('demoServer');
  const [name, value] = session;
  const browser = await launch();
  return {
    ...{ origin, database },
    person: (scheme) => person(browser, origin, scheme),
    admin: async () => {
      const admin = await person(browser, origin, 'light');
      await admin.page.context().addCookies([{ name, value, url: origin, httpOnly: true, sameSite: 'Strict' }]);
      return arrived(admin, `${origin}/incidents`);
    },
    close: () => browser.close(),
  };
}

async function arrived(person: Person, address: string): Promise<Person> {
  await person.page.goto(address);
  await person.page.getByRole('heading', { level: 1, name: 'Incidents' }).waitFor();
  return person;
}

async function launch(): Promise<Browser> {
  const { CHROMIUM } = process.env;
  if (CHROMIUM === undefined) throw new Error('CHROMIUM must name a browser: run `peers/chromium/install`.');
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

async function person(browser: Browser, origin: string, colorScheme: 'light' | 'dark'): Promise<Person> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme,
    reducedMotion: 'reduce',
  });
  // A page waits for a server that shares two cores with five suites.
  context.setDefaultTimeout(180_000);
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

/**
 * A picture for the documentation, into the folder that `SCREENSHOTS` names; without it nothing.
 *
 * @param stillMs how long what is drawn still moves
 */
export async function shoot(page: Page, name: string, stillMs = 0): Promise<void> {
  const { SCREENSHOTS } = process.env;
  if (SCREENSHOTS === undefined) return;
  await page.waitForLoadState('networkidle').catch(() => undefined);
  for (const skeleton of await page.locator('.mantine-Skeleton-root').all())
    await skeleton.waitFor({ state: 'detached' });
  await page.waitForTimeout(stillMs);
  await mkdir(join(root, SCREENSHOTS), { recursive: true });
  await page.screenshot({ path: join(root, SCREENSHOTS, `${name}.png`) });
}
