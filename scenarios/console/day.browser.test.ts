/**
 * The responder's day in a real browser against a real server: what `npm start` shows, from the incident list through
 * plan, dry-run, two approvals, proof and evidence to undo. Writes the screenshots of the README when asked to
 * (`SCREENSHOTS=docs/images`).
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invite, type OwnConsole, serveConsole, shoot } from './served-console.ts';
import { root } from './server.ts';

/** Until the drawing stands still. */
const drawingMs = 1500;

let served: OwnConsole;

beforeAll(async () => {
  served = await serveConsole();
});
afterAll(() => served?.close());

test('from npm start through approve, contained and undo', async () => {
  const { page: ada, troubles } = await served.admin();
  await ada.getByRole('link', { name: /serving account is abused/ }).waitFor();
  await shoot(ada, 'incidents');

  await ada.getByRole('link', { name: /serving account is abused/ }).click();
  await ada.getByText('Crown jewels in the blast radius').waitFor();
  await shoot(ada, 'blast-radius', drawingMs);

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
  const { page: grace, troubles: others } = await served.person('dark');
  await grace.goto(await invite(ada, 'grace', 'approver'));
  await grace.getByRole('link', { name: /serving account is abused/ }).click();
  await tab(grace, 'Plan');
  await approve(grace);
  await grace.getByText('Contained', { exact: true }).first().waitFor({ timeout: 120_000 });
  await grace
    .getByText(/fresh collect shows nothing protected/)
    .first()
    .waitFor();
  await shoot(grace, 'contained', drawingMs);

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
  const file = join(served.data, 'evidence.tar');
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
  expect([...troubles, ...others]).toEqual([]);
});

async function tab(page: Page, name: string): Promise<void> {
  await page.getByRole('tab', { name, exact: true }).click();
}

async function approve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Approve…' }).click();
  await page.getByRole('button', { name: /^Approve (all )?\d+ steps?$/ }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}
