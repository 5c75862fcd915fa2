import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConsoleBrowser, type Visit } from './console-browser.ts';
import { compromisedId } from './fake-estate.ts';
import {
  contrastTooLow,
  endTransitions,
  namesMissing,
  routesOfPages,
  routesShown,
  shifts,
  watchShifts,
} from './page-checks.ts';

let browser: ConsoleBrowser;
beforeAll(async () => {
  browser = await ConsoleBrowser.open();
});
afterAll(async () => {
  await browser.close();
  expect(browser.api.unknown).toEqual([]);
});

/** Every page with a text that is there once it has its data. */
const pages = [
  ['/incidents', 'Whole training fleet suspected'],
  ['/incidents/inc-7f3a/blast', 'Chokepoints'],
  ['/incidents/inc-5b19/blast', 'Limited answer'],
  ['/incidents/inc-7f3a/paths', 'Copy all as text'],
  ['/incidents/inc-61c0/scope', 'Where the known world ends'],
  ['/incidents/inc-7f3a/detections', 'Why it is here'],
  ['/incidents/inc-7f3a/timeline', 'The graph knows of no right'],
  ['/incidents/inc-7f3a/did', 'touched, and not in the drawing'],
  ['/detection', 'are suppressed'],
  ['/detection/suppressions', 'Nothing is suppressed'],
  ['/detection/quality', 'Found something'],
  ['/detection/hunt', 'events were looked at'],
  ['/detection/hunt?q=actr%20%3D%20x', 'There is no such field'],
  ['/detection/telemetry', 'What else happened then'],
  ['/detection/intake', 'Detectors failed and were stopped'],
  ['/detection/rotation', 'GitHub token'],
  ['/detection/event?id=event-1', 'As its system wrote it'],
  ['/incidents/inc-61c0/plan', 'Proven cheapest'],
  ['/incidents/inc-61c0/plan/options', 'Make this the plan'],
  ['/incidents/inc-61c0/plan/race', 'What waiting for an approval costs'],
  ['/incidents/inc-5b19/plan', 'Stays reachable'],
  ['/incidents/inc-4d02/plan', 'Stopped: not contained'],
  ['/incidents/inc-3aa7/plan', 'Proof: nothing protected'],
  ['/incidents/inc-3aa7/evidence', 'incident.opened'],
  ['/incidents/inc-3aa7/recovery', 'Evidence was taken'],
  ['/estate', '400 nodes'],
  ['/estate?q=class%20%3D%20modell', 'There is no such class'],
  ['/estate/sources', 'What could not be read'],
  [`/estate/node?id=${encodeURIComponent(compromisedId)}`, 'One step after it'],
  [`/estate/node?id=${encodeURIComponent(compromisedId)}&view=impact`, 'Ways of taking it away'],
  [`/estate/node?id=${encodeURIComponent(compromisedId)}&view=threat-model`, 'Where an attacker can begin'],
  [`/estate/node?id=${encodeURIComponent(compromisedId)}&view=request-path`, 'The way in words'],
  [`/estate/node?id=${encodeURIComponent(compromisedId)}&view=lineage`, 'The links in words'],
  ['/identities', '5,000 of 5,000'],
  ['/identities/one?id=x', 'What is wrong with it'],
  ['/identities/ai-tools', 'does not end by itself'],
  ['/exposure', 'Most exposed'],
  ['/exposure/what-if?without=%5B%22kubernetes%3APod%2Fa%2Fb%22%5D', 'no longer reaches'],
  ['/channels', 'publishes what it runs'],
  ['/channels/third-parties', 'The inventory does not say'],
  ['/channels/audit', 'Cannot tell'],
  ['/channels/artifacts', 'It was registered.'],
  ['/channels/artifact?subject=churn', 'at byte 1,234'],
  ['/reviews', 'No campaign yet'],
  ['/reviews/privileges', 'over-granted'],
  ['/reviews/break-glass', 'Nobody has broken glass'],
  ['/reviews/rev-0', 'To decide (2)'],
  ['/canaries', 'Waits for approval'],
  ['/canaries/can-1', 'The same in numbers'],
  ['/canaries/can-2', 'Nothing was moved yet.'],
  ['/evidence', 'Being taken'],
  ['/evidence/snp-1', 'Chain of custody'],
  ['/access', 'No token has been made'],
  ['/incidents/inc-none/plan', 'There is no such thing'],
] as const;

/** Routes that no page of the list can show, and what they do instead. */
const noPages: Readonly<Record<string, string>> = {
  '/': 'goes to the incidents',
  '/incidents/$incidentId/': 'goes to the blast radius',
  '/sign-in': 'is for those without a session: a test below',
  '/approve': 'needs no session: approvals.browser.test.ts',
};

/** Phone, tablet, desk, wall. The page is loaded at the desk's size. */
const screens = [
  [390, 844],
  [1024, 768],
  [2560, 1440],
  [1440, 900],
] as const;

describe('every page', () => {
  let visit: Visit;
  /** The route of each page that was looked at. */
  const seen = new Set<string>();
  beforeAll(async () => {
    visit = await browser.visit({ who: 'ada', before: watchShifts });
  });
  afterAll(async () => {
    expect(visit.troubles).toEqual([]);
    await visit.context.close();
  });

  test.each(pages)(
    '%s has names for its controls, enough contrast in light and dark, holds still and fits every screen',
    async (path, text) => {
      const { page } = visit;
      if (path === '/reviews/rev-0') browser.api.reviews.open('Signers', null, 'Ada');
      await browser.go(page, path);
      await page.getByText(text).first().waitFor();
      for (const route of await page.evaluate(routesShown)) seen.add(route);
      await page.waitForLoadState('load');
      expect(await page.evaluate(shifts)).toBeLessThan(0.05);
      // A page that could not load has its error and no heading of its own.
      const names = (await page.evaluate(namesMissing)).filter(
        (problem) => !path.includes('inc-none') || problem !== '0 h1',
      );
      expect(names).toEqual([]);
      for (const scheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        await page.waitForFunction((name) => document.documentElement.dataset.mantineColorScheme === name, scheme);
        await page.evaluate(endTransitions);
        expect(await page.evaluate(contrastTooLow), scheme).toEqual([]);
      }
      for (const [width, height] of screens) {
        await page.setViewportSize({ width, height });
        const wide = await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        );
        expect(wide, `at ${width}`).toBeLessThanOrEqual(0);
      }
    },
  );

  test('no page of the console is missing in the list', async () => {
    const all = await visit.page.evaluate(routesOfPages);
    expect(all.length).toBeGreaterThan(30);
    expect(all.filter((route) => !seen.has(route)).sort()).toEqual(Object.keys(noPages).sort());
  });
});

test('the checks of this suite find what they are for', async () => {
  const { page, context } = await browser.visit({ who: 'ada' });
  await page.evaluate(() => {
    const pale = document.createElement('p');
    pale.textContent = 'hardly to be read';
    pale.style.color = '#c8ccd0';
    document.querySelector('main')?.append(pale, document.createElement('button'));
  });
  expect(await page.evaluate(contrastTooLow)).toEqual([expect.stringContaining('hardly to be read')]);
  expect(await page.evaluate(namesMissing)).toEqual(['no name: <button></button>']);
  await context.close();
});

test('the link signs in at once, leaves the address, and a used one says what to do', async () => {
  const { page, context, troubles } = await browser.visit();
  await browser.go(page, '/incidents/inc-7f3a/plan');
  await page.getByRole('heading', { name: 'Sign in to Firebreak' }).waitFor();
  expect(await page.evaluate(namesMissing)).toEqual([]);
  expect(await page.evaluate(contrastTooLow)).toEqual([]);
  await browser.go(page, '/sign-in#link=used-link-000000');
  await page.getByText('The sign-in link was used or has expired.').waitFor();
  expect(new URL(page.url()).hash).toBe('');
  await page.getByText('Ask an admin for an invitation').waitFor();
  await page.getByLabel('One-time link').fill(`${browser.api.address}/sign-in#link=link-of-vera-003`);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Incidents' }).waitFor();
  expect(await page.getByRole('button', { name: 'Open incident' }).count()).toBe(0);
  expect(troubles).toEqual([]);
  await context.close();
});

test('an incident is opened from a search of the estate; a bad selector is explained', async () => {
  const { page, context, troubles } = await browser.visit({ who: 'ada' });
  await page.getByRole('button', { name: 'Open incident' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('What happened').fill('Signing key used at night');
  await dialog.getByRole('combobox', { name: 'What is compromised' }).fill('model-signing');
  await page.getByRole('option', { name: /model-signing-key/ }).click();
  await dialog.getByLabel('What must be protected').fill('bad');
  await dialog.getByRole('button', { name: 'Open incident' }).click();
  await dialog.getByText('The selector cannot be read.').waitFor();
  await dialog.getByLabel('What must be protected').fill('class=model');
  await dialog.getByRole('button', { name: 'Open incident' }).click();
  await page.getByRole('heading', { name: 'Signing key used at night' }).waitFor();
  expect(troubles).toEqual([]);
  await context.close();
});
