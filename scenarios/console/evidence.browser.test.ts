/**
 * Evidence in a real browser on a real server over the demo estate: a namespace is taken, its chain of custody is read, it is audited,
 * held, and cannot be destroyed while it is held; and of the log it is said who else has seen it, by a witness and a time stamping
 * authority that answer, a witness that does not, and a file that verifies with their word. Writes the pictures of the documentation when asked to.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveWitness } from '../../packages/platform/src/app/serve-witness.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { loadOrCreateSigner } from '../../packages/platform/src/ledger/key.ts';
import { startTsa, type Tsa } from '../../packages/platform/src/ledger/testing/tsa.case.ts';
import { memoryWitness } from '../../packages/platform/src/ledger/witness/memory-witness.case.ts';
import { type OwnConsole, open, type Person, serveConsole, shoot } from './served-console.ts';
import { root } from './server.ts';

let served: OwnConsole;
let ada: Person;
let tsa: Tsa;
let witness: { readonly address: string; readonly verifierKey: string };
let witnessed: Promise<void>;
/** Of a witness that is not there. */
let silent: string;
const leaving = new AbortController();

beforeAll(async () => {
  tsa = await startTsa();
  served = await serveConsole(async (data) => {
    const { verifierKey } = await loadOrCreateSigner(join(data, 'keys'));
    witness = await new Promise((resolve, reject) => {
      const place = { data: join(tsa.folder, 'witness'), host: '127.0.0.1', port: 0, name: 'witness.example/team-b' };
      witnessed = serveWitness({ ...place, logs: [verifierKey], signal: leaving.signal, onReady: resolve });
      witnessed.catch(reject);
    });
    silent = `${memoryWitness('witness.example/team-c', [], systemClock).verifierKey}=${await nobody()}`;
    return [
      ...['--witness', `${witness.verifierKey}=${witness.address}`, '--witness', silent, '--witness-quorum', '1'],
      ...['--timestamp-authority', tsa.url('good'), '--tsa-certificate', join(tsa.folder, 'ca.pem')],
    ];
  });
  ada = await served.admin();
});
afterAll(async () => {
  await served?.close();
  leaving.abort();
  await witnessed;
  await tsa?.close();
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

test('the log is vouched for by others, who did not is told, and the file verifies with their word', async () => {
  const { page, troubles } = ada;
  await open(page, 'Incidents');
  await page.getByRole('link', { name: /serving account is abused/ }).click();
  await page.getByRole('tab', { name: 'Evidence', exact: true }).click();
  await page.getByRole('button', { name: 'Verify now' }).click();
  await page.getByText('The evidence verifies.').waitFor();
  const parties = page.getByRole('list', { name: 'Second parties' }).getByRole('listitem');
  await parties.getByText(/^did not vouch: /).waitFor();
  const told = await parties.allTextContents();
  expect(told).toEqual([
    expect.stringMatching(/^Witness witness\.example\/team-b\s*saw \d+ entries at .* UTC$/),
    expect.stringMatching(/^Witness witness\.example\/team-c\s*did not vouch: /),
    expect.stringMatching(/^Time stamps http:\/\/127\.0\.0\.1:\d+\/good\s*saw \d+ entries at .* UTC$/),
  ]);
  await page.getByText(/^1 witness and 1 authority must have vouched before an incident file verifies/).waitFor();
  await page.getByRole('list', { name: 'Second parties' }).scrollIntoViewIfNeeded();
  await shoot(page, 'second-parties');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /Download evidence file/ }).click(),
  ]);
  const file = join(tsa.folder, 'incident.tar');
  await download.saveAs(file);
  const verify = ['packages/platform/src/app/main.ts', 'evidence', 'verify', file, '--json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...verify, '--witness', witness.verifierKey, '--tsa-certificate', join(tsa.folder, 'ca.pem')],
    { cwd: root },
  );
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    witnesses: [{ name: 'witness.example/team-b', keySource: 'given', state: 'cosigned' }],
    timestamps: [{ authority: 'CN=TSA good', keySource: 'given', state: 'holds' }],
  });
  expect(troubles).toEqual([]);
});

/** An address of this machine where nobody listens. */
async function nobody(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return `http://127.0.0.1:${port}`;
}
