/** A browser on the built console (`scenarios/built.ts`) over the fake API, for the console's own tests. */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { FakeApi } from './fake-api.ts';

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of the page, refused by its policy or thrown; a test ends by expecting none. */
  readonly troubles: string[];
}

export interface VisitOptions {
  readonly who?: 'ada' | 'grace' | 'rob' | 'vera';
  readonly scheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Runs in the page before anything of ours. */
  readonly before?: () => void;
}

const links = { ada: 'link-of-ada-0001', grace: 'link-of-grace-02', rob: 'link-of-rob-0004', vera: 'link-of-vera-003' };

export class ConsoleBrowser {
  readonly api: FakeApi;
  private readonly browser: Browser;

  private constructor(api: FakeApi, browser: Browser) {
    this.api = api;
    this.browser = browser;
  }

  static async open(): Promise<ConsoleBrowser> {
    const { CHROMIUM } = process.env;
    if (CHROMIUM === undefined) throw new Error('CHROMIUM must name a browser: run `peers/chromium/install`.');
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
    return new ConsoleBrowser(await FakeApi.start(), browser);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.api.stop();
  }

  /** A fresh browser profile, signed in unless `who` is left out. */
  async visit(options: VisitOptions = {}): Promise<Visit> {
    const { who, scheme = 'light', width = 1440, height = 900, before } = options;
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    if (before !== undefined) await context.addInitScript(before);
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      // Being asked to sign in is no trouble, and a browser logs every 4xx by itself.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(this.api.address)) troubles.push(`left the server: ${request.url()}`);
    });
    if (who !== undefined) {
      await page.goto(`${this.api.address}/sign-in#link=${links[who]}`);
      await page.getByRole('heading', { name: 'Incidents' }).waitFor();
    }
    return { page, context, troubles };
  }

  async go(page: Page, path: string): Promise<void> {
    await page.goto(`${this.api.address}${path}`);
  }
}
