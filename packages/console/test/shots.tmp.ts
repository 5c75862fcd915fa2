import { chromium } from 'playwright-core';
import { FakeApi } from './fake-api.ts';

const api = await FakeApi.start();
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...(process.env['GL'] ? ['--enable-unsafe-swiftshader'] : []),
  ],
});
const want = process.argv.slice(2);
const sizes = { w1440: [1440, 900], w1024: [1024, 768], w390: [390, 844], w2560: [2560, 1440] } as const;
const size = (process.env['SIZE'] ?? 'w1440') as keyof typeof sizes;
for (const scheme of (process.env['SCHEMES'] ?? 'light,dark').split(',') as ('light' | 'dark')[]) {
  const context = await browser.newContext({
    viewport: { width: sizes[size][0], height: sizes[size][1] },
    colorScheme: scheme,
  });
  const page = await context.newPage();
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') console.log(scheme, m.type(), m.text());
  });
  page.on('pageerror', (e) => console.log(scheme, 'pageerror', e.message, e.stack));
  const shot = async (name: string, full = false) => {
    if (want.length && !want.some((w) => name.includes(w))) return;
    await page.waitForTimeout(450);
    await page.screenshot({ path: `/tmp/shots/${size}-${scheme}-${name}.png`, fullPage: full });
  };
  await page.goto(`${api.address}/incidents`);
  await shot('signin');
  await page.goto(`${api.address}/sign-in#link=link-of-ada-0001`);
  await page.getByText('Whole training fleet').waitFor();
  console.log(page.url());
  await shot('list');
  const go = async (path: string, text: string) => {
    await page.goto(api.address + path);
    await page.getByText(text).first().waitFor();
  };
  await go('/incidents/inc-7f3a/blast', 'Chokepoints');
  await page.waitForTimeout(800);
  await shot('blast');
  await page
    .getByRole('button', { name: /Node gpu-1/ })
    .first()
    .click();
  await page.waitForTimeout(500);
  await shot('node');
  await page.getByText('Table', { exact: true }).click();
  await shot('table');
  await go('/incidents/inc-3aa7/blast', 'Chokepoints');
  await page.waitForTimeout(800);
  await shot('contained-blast');
  await go('/incidents/inc-7f3a/paths', 'gives');
  await page.locator('button[aria-expanded]').nth(1).click();
  await shot('paths');
  await go('/incidents/inc-61c0/plan', 'Proven cheapest');
  await shot('plan');
  await page.getByRole('button', { name: 'Approve…' }).click();
  await shot('approve');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Dry-run' }).click();
  await page.getByRole('button', { name: 'Check independently' }).click();
  await page.waitForTimeout(300);
  await shot('dryrun', true);
  await go('/incidents/inc-5b19/plan', 'Limited');
  await shot('partial', true);
  await go('/incidents/inc-4d02/plan', 'Stopped');
  await shot('stopped', true);
  await go('/incidents/inc-3aa7/plan', 'Proof');
  await shot('contained', true);
  await go('/incidents/inc-3aa7/evidence', 'incident.opened');
  await page.getByRole('button', { name: 'Verify now' }).click();
  await shot('evidence');
  await go('/estate', 'By kind');
  await shot('estate');
  await go('/access', 'API tokens');
  await page.getByLabel('New token for').fill('alert pipeline');
  await page.getByRole('button', { name: 'Make token' }).click();
  await shot('access');
  await go('/incidents', 'Whole');
  await page.getByRole('button', { name: 'Open incident' }).click();
  await page.getByPlaceholder('Search the estate').fill('gpu');
  await shot('open');
  await go('/incidents/inc-big0/blast', 'Chokepoints');
  await page.waitForTimeout(2500);
  await shot('big');
  await context.close();
}
console.log('unknown', api.unknown);
await browser.close();
await api.stop();
