/**
 * From events to a decision, in a real browser on a real server over the demo estate: an attack is sent in as its systems log it, comes
 * up in the queue by itself, is read as a timeline and as a picture of what it could and did touch, is judged, suppressed, split and
 * merged. Writes the screenshots of the documentation when asked to (`SCREENSHOTS=docs/images`).
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, type Person, type ServedConsole, serveConsole, shoot, tokenFor } from './served-console.ts';

let folder: string;
let served: ServedConsole;
let ada: Person;
let page: Page;
let token: string;

const rules = [
  rule(
    'token-abroad',
    'medium',
    'A token asks from outside what it may do',
    'objectRef.resource: selfsubjectrulesreviews',
  ),
  rule(
    'secret-read',
    'high',
    'A credential was read',
    "verb: get, objectRef.resource: secrets, sourceIPs: '203.0.113.9'",
  ),
  rule('token-minted', 'high', 'A token was made for another account', 'verb: create, objectRef.subresource: token'),
  rule('delivery-change', 'high', 'Delivery was changed by hand', 'verb: patch, objectRef.resource: applications'),
  rule(
    'new-key',
    'high',
    'A user made itself a key',
    'eventName: CreateAccessKey',
    'product: aws, service: cloudtrail',
  ),
  rule('image-push', 'medium', 'An image was pushed', 'eventName: PutImage', 'product: aws, service: cloudtrail'),
];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-rules-'));
  for (const [index, text] of rules.entries()) await writeFile(join(folder, `${index}.yml`), text);
  served = await serveConsole(['--rules', folder]);
  ada = await served.admin();
  ({ page } = ada);
  token = await tokenFor(page, 'collector', 'sensor');
});
afterAll(async () => {
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

test('an attack comes up in the queue by itself, while somebody looks at it', async () => {
  await page.getByRole('link', { name: /serving account is abused/ }).waitFor();
  await send('/api/log', attack());
  const found = page.getByRole('row').filter({ hasText: 'detections' }).filter({ hasText: 'predictor-runner' });
  await found.getByText(/crown jewels are within reach/).waitFor({ timeout: 60_000 });
  await page.getByRole('link', { name: /ci-legacy/ }).waitFor();
  await shoot(page, 'queue');
  await found.getByRole('link').first().click();
  await tab('Detections');
  await page.getByRole('heading', { name: 'A credential was read' }).waitFor();
  await page
    .getByText(/The same identity or credential acted/)
    .first()
    .waitFor();
});

test('the timeline tells who did what, and what saw it', async () => {
  await tab('Timeline');
  await page.getByText(/predictor-runner did get secrets on Secret s3-model-store/).waitFor();
  await shoot(page, 'timeline');
  await page.getByText(/^Detection \d/).click();
  await page.getByText('Delivery was changed by hand').first().waitFor();
  await expect.poll(() => page.getByText(/did get secrets/).count()).toBe(0);
  expect(new URL(page.url()).searchParams.get('kind')).toBe('detection');
});

test('what it could reach and what it touched are told apart, and what nobody logged is unknown', async () => {
  await tab('Could and did');
  const picture = page.getByRole('region', { name: 'Picture of what was touched' });
  const secret = picture.getByRole('button', { name: /Secret s3-model-store.*touched 1 time by predictor-runner/ });
  await secret.click();
  expect(await secret.getAttribute('aria-pressed')).toBe('true');
  const table = page.getByRole('region', { name: 'What was touched', exact: true });
  await expect.poll(() => table.locator('tr[data-picked="true"]').textContent()).toContain('s3-model-store');
  expect(await page.getByText('Unknown: no log was read').count()).toBe(1);
  // The whole picture is in sight, below the summary that stays.
  await page.evaluate(() => window.scrollTo(0, 190));
  await shoot(page, 'could-and-did');
  await table.getByRole('link', { name: 'The first event' }).first().click();
  await page.getByText('As its system wrote it').waitFor();
  await page
    .getByText(/203\.0\.113\.9/)
    .first()
    .waitFor();
  await page.goBack();
});

test('a verdict changes the quality of its detector', async () => {
  await tab('Detections');
  const card = page.getByRole('article', { name: 'A credential was read' });
  await card.getByRole('textbox').fill('Read from outside; the owner knows of nothing.');
  await card.getByRole('button', { name: 'Attack', exact: true }).click();
  await card.getByText('the owner knows of nothing').waitFor();
  expect(await card.getByRole('button', { name: 'Attack', exact: true }).getAttribute('aria-pressed')).toBe('true');
  await page.getByRole('article', { name: 'An image was pushed' }).getByRole('button', { name: 'False alarm' }).click();
  const pressed = page
    .getByRole('article', { name: 'An image was pushed' })
    .locator('button[aria-pressed="true"]', { hasText: 'False alarm' });
  await pressed.waitFor();
  await page.evaluate(() => window.scrollTo(0, 0));
  await shoot(page, 'detections');
  await open(page, 'Detection', 'Detections');
  await page.getByRole('link', { name: 'Detector quality' }).click();
  const judged = page.getByRole('row').filter({ hasText: 'A credential was read' });
  await judged.getByText('100 %').first().waitFor();
  await page.getByRole('row').filter({ hasText: 'An image was pushed' }).getByText(/^0 %/).first().waitFor();
  await shoot(page, 'detector-quality');
  await page.getByText(/^Cannot tell [\d,]+$/).click();
  await page
    .getByText(/^no event of /)
    .first()
    .waitFor();
});

test('what is suppressed leaves the queue and is not lost; incidents are split and merged', async () => {
  await open(page, 'Incidents');
  await page.getByRole('link', { name: /ci-legacy/ }).click();
  await tab('Detections');
  const card = page.getByRole('article', { name: 'A user made itself a key' });
  await card.getByText('What it means, who, and the events').click();
  await card.getByRole('button', { name: 'Suppress…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Suppress detections' });
  // Whatever found it: a rule that comes along speaks of it too.
  await dialog.getByRole('checkbox', { name: /^Of the detector/ }).uncheck();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('The yearly rotation, announced.');
  await dialog.getByRole('button', { name: 'Suppress' }).click();
  await dialog.waitFor({ state: 'detached' });
  await card.getByText('Suppressed', { exact: true }).waitFor();
  await open(page, 'Incidents');
  await expect.poll(() => page.getByRole('link', { name: /ci-legacy/ }).count()).toBe(0);
  await page.getByRole('switch', { name: 'Closed, merged and suppressed ones too' }).click();
  await page.getByRole('link', { name: /ci-legacy/ }).waitFor();
  await open(page, 'Detection', 'Detections');
  await page.getByRole('link', { name: 'Suppressions' }).click();
  await page.getByText('The yearly rotation, announced.').waitFor();

  await open(page, 'Incidents');
  const attacked = page.getByRole('row').filter({ hasText: 'detections' }).filter({ hasText: 'predictor-runner' });
  await attacked.getByRole('link').first().click();
  await tab('Detections');
  await page.getByRole('checkbox', { name: /^Choose An image was pushed/ }).check();
  await page.getByRole('button', { name: 'Split off 1…' }).click();
  await decide('Split', 'The nightly build pushes.');
  await page.getByText('1 detection', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Merge…' }).click();
  await page
    .getByRole('dialog')
    .getByRole('checkbox', { name: /predictor-runner|serving account/ })
    .first()
    .check();
  await decide('Merge', 'It was no nightly build.');
  await page
    .getByText(/merged by/)
    .or(page.locator('li', { hasText: 'merged' }))
    .first()
    .waitFor();
  await page.getByRole('article', { name: 'A credential was read' }).waitFor();
});

test('a model that changes is drawn with its change point, and what comes in is counted', async () => {
  for (const batch of telemetry()) await send('/api/telemetry', batch);
  await open(page, 'Detection', 'Detections');
  await page.getByRole('link', { name: 'Model telemetry' }).click();
  await page
    .getByText(/^Began most likely/)
    .first()
    .waitFor({ timeout: 60_000 });
  await page.locator('canvas').first().waitFor();
  await shoot(page, 'telemetry');
  await page.getByText('The same in numbers').click();
  await page.getByText('(alarm)').first().waitFor();
  await page.getByRole('link', { name: 'Intake' }).click();
  await page.getByRole('region', { name: 'Who sends' }).getByText('kubernetes-audit').waitFor();
  await page.getByText(/^seen [\d,]+ of [\d,]+$/).waitFor();
  await shoot(page, 'intake');
  await page.getByRole('link', { name: 'Rotation' }).click();
  await page.getByText('No secret of this sort.').waitFor();
});

test('a hunt over all that came in is narrowed by what is found most often', async () => {
  await page.getByRole('link', { name: 'Hunting' }).click();
  const asked = page.getByRole('textbox', { name: 'Search the events' });
  await asked.fill('actr = x');
  await page.getByText(/field/).first().waitFor();
  await asked.fill('address = "203.0.113.9"');
  await page.keyboard.press('Enter');
  const found = page.getByRole('region', { name: 'Events found' });
  await page.getByText(/^4 events found/).waitFor();
  await shoot(page, 'hunting');
  const columns = page.getByRole('textbox', { name: 'Fields as columns' });
  await columns.fill('raw.user.username, raw.objectRef.name');
  await page.keyboard.press('Enter');
  await found.getByRole('columnheader', { name: 'raw.objectRef.name' }).waitFor();
  await page.getByLabel('Since (UTC)').fill('2020-01-01T00:00');
  await page.waitForURL(/since=/);
  await shoot(page, 'hunting-columns');
  // Who is sent the address sees the same.
  const address = page.url();
  await page.goto('about:blank');
  await page.goto(address);
  await found.getByRole('columnheader', { name: 'raw.user.username' }).waitFor();
  await page.getByText(/^4 events found/).waitFor();
  for (const [button, begins] of [
    ['CSV', '"time","received","id"'],
    ['JSON lines', '{"no":'],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: button, exact: true }).click(),
    ]);
    const text = await readFile(await file.path(), 'utf8');
    expect(text.startsWith(begins)).toBe(true);
    expect(text.trimEnd().split('\n')).toHaveLength(button === 'CSV' ? 5 : 4);
  }
  await page.getByLabel('Until (UTC)').fill('2020-01-02T00:00');
  await page.getByText(/^0 events found/).waitFor();
  await page.getByLabel('Until (UTC)').fill('');
  await columns.fill('');
  await page.keyboard.press('Enter');
  await page.getByText(/^4 events found/).waitFor();
  await page.getByRole('region', { name: 'Found most often' }).getByRole('button', { name: 'get secrets' }).click();
  await page.getByText(/^1 event found/).waitFor();
  await found.getByRole('link').first().click();
  await page.getByText('As its system wrote it').waitFor();
  expect(ada.troubles).toEqual([]);
});

async function send(path: string, body: unknown): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`${served.origin}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(answer.status, await answer.text()).toBe(200);
}

async function tab(name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
}

async function decide(action: string, why: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Why' }).fill(why);
  await dialog.getByRole('button', { name: action, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

function rule(
  id: string,
  level: string,
  title: string,
  selection: string,
  source = 'product: kubernetes, service: audit',
) {
  return `title: ${title}\nid: ${id}\nstatus: stable\nlevel: ${level}\nlogsource: {${source}}\ndetection:\n  s: {${selection}}\n  condition: s\n`;
}

/** One attack of half an hour that ended a minute ago, and somebody else's key, as their systems log them. */
function attack(): unknown[] {
  const begun = Date.now() - 31 * 60_000;
  const at = (minute: number) => new Date(begun + minute * 60_000).toISOString();
  const audit = (
    minute: number,
    verb: string,
    objectRef: object,
    user = 'system:serviceaccount:ml-serving:predictor-runner',
  ) => ({
    ...{
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      auditID: `${minute} ${user} ${verb}`,
      stage: 'ResponseComplete',
    },
    ...{
      verb,
      user: { username: user },
      objectRef,
      responseStatus: { code: 200 },
      requestReceivedTimestamp: at(minute),
    },
    sourceIPs: [user.endsWith('grafana') ? '10.0.0.7' : '203.0.113.9'],
    userAgent: user.endsWith('grafana') ? 'Grafana/12' : 'curl/8.9.1',
  });
  const trail = (minute: number, eventName: string, who: object, requestParameters: object, eventSource: string) => ({
    ...{ eventVersion: '1.09', eventSource, eventName, eventTime: at(minute).replace(/\.\d+Z/, 'Z') },
    ...{ eventID: `${minute} ${eventName}`, awsRegion: 'eu-west-1', recipientAccountId: '111122223333' },
    userIdentity: { accountId: '111122223333', ...who },
    requestParameters,
  });
  const retrain = {
    type: 'AssumedRole',
    arn: 'arn:aws:sts::111122223333:assumed-role/aurora-retrain/botocore-session-1763633160',
    sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/aurora-retrain' } },
  };
  return [
    audit(0, 'create', { resource: 'selfsubjectrulesreviews', apiGroup: 'authorization.k8s.io' }),
    audit(2, 'get', { resource: 'secrets', namespace: 'ml-serving', name: 's3-model-store' }),
    audit(4, 'create', {
      resource: 'serviceaccounts',
      subresource: 'token',
      namespace: 'ml-training',
      name: 'trainer',
    }),
    trail(7, 'PutImage', retrain, { repositoryName: 'ml/retrain', imageTag: '1.8' }, 'ecr.amazonaws.com'),
    audit(11, 'patch', { resource: 'applications', apiGroup: 'argoproj.io', namespace: 'argocd', name: 'agents' }),
    trail(
      5,
      'CreateAccessKey',
      { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/ci-legacy', accessKeyId: 'AKIAAURORAEXAMPLE004' },
      { userName: 'ci-legacy' },
      'iam.amazonaws.com',
    ),
    ...[1, 3, 6, 9, 12].map((minute) =>
      audit(minute, 'list', { resource: 'pods', namespace: 'monitoring' }, 'system:serviceaccount:monitoring:grafana'),
    ),
  ];
}

/** Sixteen hours of a model in batches of three minutes, which changes in the tenth. */
function telemetry(): unknown[] {
  let seed = 7;
  const chance = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(chance() || 1e-9)) * Math.cos(2 * Math.PI * chance());
  const step = 180_000;
  const begun = Date.now() - 321 * step;
  return Array.from({ length: 320 }, (_, at) => ({
    model: 'credit-risk',
    id: `batch-${at}`,
    from: new Date(begun + at * step).toISOString(),
    to: new Date(begun + (at + 1) * step).toISOString(),
    records: Array.from({ length: 60 }, () => {
      const shift = at < 200 ? 0 : 0.6;
      return {
        score: 0.4 + 0.1 * (normal() + shift),
        features: { income: 40 + 8 * normal(), age: 41 + 9 * (normal() + shift) },
      };
    }),
  }));
}
