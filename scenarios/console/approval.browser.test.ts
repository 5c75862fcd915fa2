/**
 * Approval as it goes in the night, in real browsers against a real server: a responder whom the policy does not let breaks glass,
 * the second person of the drastic step approves by a one-time link without signing in, the containment is proven, and
 * somebody else signs the broken glass off.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { invite, type ServedConsole, serveConsole, shoot } from './served-console.ts';

let served: ServedConsole;
beforeAll(async () => {
  served = await serveConsole();
});
afterAll(() => served?.close());

test('glass is broken, a link is the second person, and both are accounted for', async () => {
  const eve = await served.admin();
  await eve.page.getByRole('link', { name: /serving account is abused/ }).waitFor();
  const bob = await served.person('light');
  await bob.page.goto(await invite(eve.page, 'Bob', 'responder'));
  await bob.page.getByRole('link', { name: /serving account is abused/ }).click();
  await bob.page.getByRole('tab', { name: 'Plan' }).click();
  await bob.page.getByRole('button', { name: 'Approve…' }).click();
  const dialog = bob.page.getByRole('dialog', { name: 'Approve the plan' });
  await dialog.getByRole('button', { name: /^Approve all \d+ steps$/ }).click();
  await dialog.getByText('FB-APPROVAL-REFUSED').waitFor();
  await dialog.getByLabel('Why it cannot wait').fill('Nobody with the role answers, and weights leave.');
  await dialog.getByRole('button', { name: 'Break glass' }).click();
  await bob.page.getByText('Bob broke glass to approve').waitFor();
  await bob.page.getByText('Glass was broken:').waitFor();
  await shoot(bob.page, 'break-glass');
  // Broken glass is one person: the drastic step waits for another one.
  await bob.page
    .getByText(/1 of 2 approved/)
    .first()
    .waitFor();

  // Grace has been here once; now she is on her way, and gets a link.
  const grace = await served.person('dark');
  await grace.page.goto(await invite(eve.page, 'Grace', 'approver'));
  await grace.page.getByRole('heading', { name: 'Incidents' }).waitFor();
  await eve.page.getByRole('link', { name: 'Incidents', exact: true }).click();
  await eve.page.getByRole('link', { name: /serving account is abused/ }).click();
  await eve.page.getByRole('tab', { name: 'Plan' }).click();
  await eve.page.getByRole('button', { name: 'Approval link…' }).click();
  await eve.page.getByLabel('For', { exact: true }).fill('Grace');
  await eve.page.getByRole('button', { name: 'Make link' }).click();
  const link = (await eve.page.getByText(/approve#link=/).textContent())?.trim() ?? '';

  // A preview fetches the address and runs nothing.
  expect((await fetch(link, { headers: { accept: 'text/html' } })).status).toBe(200);
  const phone = await served.person('light');
  await phone.page.goto(link);
  await phone.page.getByRole('list', { name: 'Steps to approve' }).getByText('1 of 2 approved').waitFor();
  expect(phone.page.url()).not.toContain('link=');
  await shoot(phone.page, 'approval-link');
  await phone.page.getByRole('button', { name: 'Approve as Grace' }).click();
  await phone.page.getByText('Approved. The link is used up.').waitFor();
  await phone.page.goto(`${new URL(link).origin}/incidents`);
  await phone.page.goto(link);
  await phone.page.getByText('FB-APPROVAL-LINK-USED').waitFor();

  await grace.page.getByRole('link', { name: /serving account is abused/ }).click();
  await grace.page.getByText('Contained', { exact: true }).first().waitFor({ timeout: 120_000 });
  await grace.page.getByRole('link', { name: 'Review', exact: true }).first().click();
  await grace.page.getByLabel('What you say to the break-glass of Bob').fill('It was so; the rota is mended.');
  await grace.page.getByRole('button', { name: 'Sign off' }).click();
  await grace.page.getByText('It was so; the rota is mended.').waitFor();
  await expect.poll(() => bob.page.getByText('Glass was broken:').count(), { timeout: 10_000 }).toBe(0);
  for (const { troubles } of [eve, bob, grace, phone]) expect(troubles).toEqual([]);
});
