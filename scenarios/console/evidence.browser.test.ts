/**
 * The evidence vault in a real browser on a real server over the demo estate: a namespace is taken, its chain of custody is read, it is
 * audited, held, and cannot be destroyed while it is held. Writes the pictures of the documentation when asked to.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { open, type Person, type ServedConsole, serveConsole, shoot } from './served-console.ts';

let served: ServedConsole;
let ada: Person;

beforeAll(async () => {
  served = await serveConsole();
  ada = await served.admin();
});
afterAll(async () => {
  await served?.close();
});

test('taken, read, audited, held, kept', async () => {
  const { page, troubles } = ada;
  await open(page, 'Vault', 'Evidence vault');
  await page.getByText('Nothing was taken yet.').waitFor();

  await page.getByRole('button', { name: 'Take evidence…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Of what').fill('kubernetes:Namespace/ml-serving');
  await dialog.getByLabel('Why').fill('The serving account was abused; nothing may be lost.');
  await dialog.getByRole('button', { name: 'Take', exact: true }).click();
  const line = page.getByRole('list', { name: 'Snapshots' }).getByRole('listitem').first();
  await line.getByText('Complete').waitFor();
  expect(await line.textContent()).toContain('kubernetes:Namespace/ml-serving');
  expect(await line.textContent()).toContain('nothing may be lost');

  await page.getByRole('button', { name: 'Audit all…' }).click();
  await dialog.getByLabel('Why').fill('First look.');
  await dialog.getByRole('button', { name: 'Audit', exact: true }).click();
  await line.getByText('Intact').waitFor();
  await shoot(page, 'evidence-vault');

  await line.getByRole('link').click();
  const chain = page.getByRole('list', { name: 'Chain of custody' });
  await chain.getByText('taken', { exact: true }).waitFor();
  expect(await chain.getByRole('listitem').count()).toBe(3);
  await page.getByRole('button', { name: 'Hold…' }).click();
  await dialog.getByLabel('Why').fill('Counsel asked for it.');
  await dialog.getByRole('button', { name: 'Hold', exact: true }).click();
  await chain.getByText('held', { exact: true }).waitFor();
  expect(await page.getByText('Counsel asked for it.').count()).toBeGreaterThan(0);

  await page.getByRole('button', { name: 'Destroy…' }).click();
  await dialog.getByText(/It is held/).waitFor();
  await dialog.getByLabel('Why').fill('Out of space.');
  expect(await dialog.getByRole('button', { name: 'Destroy for ever' }).isDisabled()).toBe(true);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'detached' });
  await shoot(page, 'evidence-snapshot');

  await page.getByRole('button', { name: 'Release…' }).click();
  await dialog.getByLabel('Why').fill('The case is closed.');
  await dialog.getByRole('button', { name: 'Release', exact: true }).click();
  await chain.getByText('released', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Destroy…' }).click();
  await dialog.getByText(/will be deleted/).waitFor();
  await dialog.getByLabel('Why').fill('The duty to keep it has ended.');
  await dialog.getByRole('button', { name: 'Destroy for ever' }).click();
  await chain.getByText('destroyed', { exact: true }).waitFor();
  expect(troubles).toEqual([]);
});
