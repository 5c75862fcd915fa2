/** Time stamps of a real authority: OpenSSL's, over HTTP. What is refused is made by the same authority, not by hand. */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTsa, type Tsa } from '../testing/tsa.case.ts';
import { askAuthority, timestampRequest } from './ask-authority.ts';
import { type Certificate, certificatesOf } from './certificate.ts';
import { checkTimestamp } from './timestamp-answer.ts';

const data = Buffer.from('log.example/ours\n7\nroot\n\n— log.example/ours sig\n');
let tsa: Tsa;
let trusted: { readonly certificates: readonly Certificate[] };
let good: Uint8Array;

beforeAll(async () => {
  tsa = await startTsa();
  trusted = { certificates: certificatesOf(tsa.ca) ?? [] };
  const asked = await ask('good');
  if (!asked.ok) throw new Error(asked.reason);
  good = asked.answer;
});
afterAll(() => tsa.close());
const ask = (kind: Parameters<Tsa['url']>[0], bytes = data) => askAuthority({ url: tsa.url(kind), ...trusted }, bytes);

test.each(['good', 'ec'] as const)('a time stamp of the %s authority holds, and openssl agrees', async (kind) => {
  const asked = await ask(kind);
  if (!asked.ok) throw new Error(asked.reason);
  expect(await checkTimestamp(asked.answer, data, trusted)).toMatchObject({
    state: 'holds',
    keySource: 'given',
    authority: `CN=TSA ${kind}`,
  });
  expect(Math.abs(Date.parse(asked.at) - Date.now())).toBeLessThan(60_000);
  const path = join(tsa.folder, `${kind}-answer.tsr`);
  await writeFile(path, asked.answer);
  await writeFile(join(tsa.folder, 'data'), data);
  const flags = [
    'ts',
    '-verify',
    '-in',
    path,
    '-data',
    join(tsa.folder, 'data'),
    '-CAfile',
    join(tsa.folder, 'ca.pem'),
  ];
  expect(execFileSync('openssl', flags, { stdio: ['ignore', 'pipe', 'ignore'] }).toString()).toContain(
    'Verification: OK',
  );
});

test('our request is one that openssl reads', async () => {
  const path = join(tsa.folder, 'ours.tsq');
  await writeFile(path, timestampRequest(data, Buffer.of(0x41, 2, 3, 4, 5, 6, 7, 8)));
  const text = execFileSync('openssl', ['ts', '-query', '-in', path, '-text']).toString();
  expect(text).toContain('Hash Algorithm: sha256');
  expect(text).toContain('Nonce: 0x4102030405060708');
  expect(text).toContain('Certificate required: yes');
});

test('without a certificate of one’s own it is said that the authority is its own witness', async () => {
  const found = await checkTimestamp(good, data, { certificates: [] });
  expect(found).toMatchObject({ state: 'holds', keySource: 'embedded' });
  expect(found.detail).toContain('comes with the time stamp');
});

test.each([
  ['expired', 'not valid at'],
  ['web', 'not one for time stamps'],
  ['both', 'not one for time stamps alone'],
] as const)('%s: refused', async (kind, why) => {
  const asked = await ask(kind);
  expect(asked.ok).toBe(false);
  // openssl itself refuses to sign with some of these; then there is no answer to refuse
  if (!asked.ok && !asked.reason.includes('answered 500')) expect(asked.reason).toContain(why);
});

test('a replayed answer, one about something else, and one of strangers are refused', async () => {
  tsa.replay(good);
  const replayed = await ask('good');
  tsa.replay(undefined);
  expect(replayed).toMatchObject({ ok: false });
  expect(replayed.ok ? '' : replayed.reason).toContain('nonce');
  expect((await checkTimestamp(good, Buffer.from('other'), trusted)).detail).toContain('about something else');
  const stranger = await startTsa();
  const theirs = { certificates: certificatesOf(stranger.ca) ?? [] };
  await stranger.close();
  expect((await checkTimestamp(good, data, theirs)).detail).toContain('nobody who is trusted');
  expect((await checkTimestamp(good, data, { ...trusted, policy: '1.2.3.4.2' })).detail).toContain('another policy');
  expect((await checkTimestamp(good, data, { ...trusted, policy: '1.2.3.4.1' })).state).toBe('holds');
});

test('an authority that is not there is told of', async () => {
  const asked = await askAuthority({ url: 'http://127.0.0.1:1/', ...trusted }, data);
  expect(asked).toMatchObject({ ok: false });
});

test('no changed bit of what counts passes, and nothing throws', async () => {
  let held = 0;
  const honest = await checkTimestamp(good, data, trusted);
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length * 8 - 1), async (bit) => {
      const changed = Uint8Array.from(good);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const found = await checkTimestamp(changed, data, trusted);
      // Bits of a certificate that nobody needs, and of versions, may change; what is said may not.
      if (found.state === 'holds') {
        held += 1;
        expect(found).toEqual(honest);
      }
    }),
    { numRuns: 400 },
  );
  expect(held).toBeLessThan(200);
});
