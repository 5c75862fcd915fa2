/**
 * From a channel that moved to the artifact that it delivers, in a real browser: the audit with an approval, what an inspection read
 * in a model's files, what the gate decided about it and what is missing, and the marks on the drawing of its lineage. The model is
 * named as an attacker would name it.
 */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { good, request } from '../../packages/platform/src/promotion/testing/good.case.ts';
import { openStorage, type Storage } from '../../packages/platform/src/storage/storage.ts';
import { open, type Person, type SharedConsole, sharedConsole, shoot } from './served-console.ts';

const scorer = 'kubernetes:InferenceService.serving.kserve.io/ml-serving/fraud-scorer';
const hostile = 'churn <img src=x onerror=alert(1)>/7';
let served: SharedConsole;
let storage: Storage;
let ada: Person;
let page: Page;

beforeAll(async () => {
  served = await sharedConsole();
  storage = await openStorage({ url: served.database });
  const store = storage.promotionStore;
  const at = new Date().toISOString();
  const model = request({ at, subject: { ...request().subject, name: hostile } });
  const found = good();
  const told = {
    ...found,
    signature: { ...found.signature, why: 'Signed by ml-release. The files are those that were signed.' },
    provenance: {
      ...found.provenance,
      why: 'https://builder.example/ml (level 3) built it from 1 things, signed by ml-release.',
    },
  };
  const requirement = { what: 'It was evaluated, and passed', about: ['evaluations'], severity: 'high' as const };
  await store.transaction(async (tx) => {
    await store.putInspection(tx, {
      subject: hostile,
      digest: '',
      because: 'It was registered.',
      report: {
        kind: 'firebreak/artifact-report',
        at,
        verdict: 'unsafe',
        files: [
          {
            path: 'model.pkl',
            bytes: 20,
            sha256: 'ab'.repeat(32),
            format: 'pickle',
            verdict: 'unsafe',
            reasons: [
              {
                rule: 'pickle/call',
                verdict: 'unsafe',
                inside: ['data.pkl'],
                offset: 1234,
                what: "It calls os.system('id').",
              },
            ],
            moreReasons: 0,
          },
        ],
      },
    });
    const known = { ...request().subject, name: 's3://aurora-models/fraud-scorer/v41', node: scorer };
    await store.putDecision(tx, {
      kind: 'firebreak/promotion-record',
      id: 'prm_scorer',
      decision: {
        kind: 'firebreak/promotion-decision',
        decision: 'allow',
        why: 'All requirements are met.',
        requirements: [],
        request: request({ at, subject: known }),
        policyDigest: 'cd'.repeat(32),
        findingsDigest: 'ef'.repeat(32),
      },
      findings: good(),
      policies: [],
    });
    await store.putDecision(tx, {
      kind: 'firebreak/promotion-record',
      id: 'prm_browser',
      decision: {
        kind: 'firebreak/promotion-decision',
        decision: 'deny',
        why: 'One requirement is not met.',
        requirements: [
          {
            ...requirement,
            id: 'evaluated',
            state: 'missing',
            why: 'There is no evaluation.',
            next: 'Attach signed results.',
          },
          {
            ...requirement,
            id: 'signed',
            state: 'met',
            what: 'It is signed by somebody known',
            why: 'Signed by ml-release.',
            next: '',
          },
        ],
        request: model,
        policyDigest: 'cd'.repeat(32),
        findingsDigest: 'ef'.repeat(32),
      },
      findings: told,
      policies: [],
    });
  });
  ada = await served.admin();
  ({ page } = ada);
});

afterEach(async () => {
  // Whatever is named like markup is text on every page that a test ended on.
  expect(await page.locator('main').locator('script, img, [onerror]').count()).toBe(0);
  expect(ada.troubles).toEqual([]);
});

afterAll(async () => {
  await served?.close();
  await storage?.close();
});

test('channels are compared with what was approved, and one is approved', async () => {
  await open(page, 'Channels');
  await page.getByRole('link', { name: 'Audit', exact: true }).click();
  await page.getByRole('heading', { name: 'Channel audit' }).waitFor();
  const row = page
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name: 'Approve…' }) })
    .first();
  await row.waitFor();
  const before = await page.getByText('As approved').count();
  await row.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('textbox', { name: /How you know/ }).fill('Compared with the release notes');
  await page.getByRole('button', { name: 'Approve for 30 days' }).click();
  await expect.poll(() => page.getByText('As approved').count()).toBeGreaterThan(before);
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(page, 'channel-audit');
});

test('an artifact: what is wrong in it and at which byte, what the gate wants, who vouches for it', async () => {
  await page.getByRole('link', { name: 'Artifacts', exact: true }).click();
  await page.getByRole('heading', { name: 'Artifacts' }).waitFor();
  await page
    .getByRole('link', { name: /^churn/ })
    .first()
    .click();
  await page.getByText('Do not load it.').waitFor();
  await page.getByText("It calls os.system('id').").waitFor();
  await page.getByText(/at byte 1,234/).waitFor();
  await page.getByText('Refused: 1 requirement not met').waitFor();
  await page.getByText('There is no evaluation.').waitFor();
  await page.getByText('To meet it: Attach signed results.').waitFor();
  await page.getByText('SLSA level 3').waitFor();
  await shoot(page, 'artifact-report');
});

test('the drawing of a lineage says what is signed, and leads to the report', async () => {
  const address = new URL('/estate/node', page.url());
  address.searchParams.set('id', scorer);
  address.searchParams.set('view', 'lineage');
  await page.goto(address.href);
  const lineage = page.getByRole('region', { name: /^Lineage: / });
  await lineage
    .getByRole('button', { name: /fraud-scorer.*signed: ml-release/ })
    .first()
    .waitFor();
  await shoot(page, 'lineage-signed');
  await page.getByRole('link', { name: 'Signature, inspection, promotion' }).click();
  await page.getByText('Let in', { exact: true }).waitFor();
  await page.getByText('It may run in production, and its files are safe to load.').waitFor();
});
