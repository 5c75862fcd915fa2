/**
 * The verifier page as an outsider has it: one file, opened from a disk in a real browser, on files that are right, forged and
 * large. The page is built here, so that what is tested is what people get.
 */
import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Clock, systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { settableClock } from '../../packages/platform/src/kernel/settable-clock.ts';
import { exportEvidence } from '../../packages/platform/src/ledger/evidence-export.ts';
import { ephemeralSigner } from '../../packages/platform/src/ledger/key.ts';
import { createLedger } from '../../packages/platform/src/ledger/ledger.ts';
import { memoryLedgerStore } from '../../packages/platform/src/ledger/memory-store.ts';
import { noteVerifier } from '../../packages/platform/src/ledger/note.ts';
import { bytesOf, forged, type Members, unpacked } from '../../packages/platform/src/ledger/testing/archive.case.ts';
import { startTsa, type Tsa } from '../../packages/platform/src/ledger/testing/tsa.case.ts';
import { askAuthority } from '../../packages/platform/src/ledger/timestamp/ask-authority.ts';
import { certificatesOf } from '../../packages/platform/src/ledger/timestamp/certificate.ts';
import { memoryWitness, witnessed } from '../../packages/platform/src/ledger/witness/memory-witness.case.ts';

const root = new URL('../../', import.meta.url).pathname;
const page_ = join(root, 'packages/verifier/dist/firebreak-verifier.html');
const signer = ephemeralSigner('log.example/ours');
const clock = settableClock('2026-05-06T07:08:09.010Z');
const title = 'Abused <img src=x onerror=alert(1)> predictor';
const timeline = {
  format: 'firebreak-timeline/1',
  incident: { id: 'inc_ours', title },
  moments: [{ at: '2026-05-06T07:08:09.010Z', kind: 'model', words: 'read \u202emodel <script>alert(1)</script>' }],
};

let folder: string;
let browser: Browser;
let honest: { readonly file: Buffer; readonly witness: string; readonly earlier: string };

async function logOf(by = signer, time: Clock = clock) {
  const ledger = createLedger({ store: memoryLedgerStore(), signer: by, clock: time });
  const verifier = noteVerifier(by.verifierKey);
  const witness = memoryWitness('witness.example/w', verifier === undefined ? [] : [verifier], time);
  return { ledger, witness, vouchers: witnessed(witness, (from, to) => ledger.consistency(from, to)) };
}
type Log = Awaited<ReturnType<typeof logOf>>;

async function write({ ledger }: Log, count: number, blob = (n: number): Uint8Array => Buffer.from(`{"n":${n}}`)) {
  for (let n = 0; n < count; n += 1) {
    const before = await ledger.putBlob(`before-${n}.json`, 'application/json', blob(n));
    await ledger.append([{ incident: 'inc_ours', kind: 'step.before', actor: 'w1', body: { n }, blobs: [before] }]);
  }
}
function file({ ledger, vouchers }: Log, since: readonly number[] = []) {
  const bytes = Buffer.from(JSON.stringify(timeline));
  const documents = [{ name: 'timeline.json', mediaType: 'application/json', bytes }];
  return exportEvidence({ ledger, incident: 'inc_ours', actor: 'ada', documents, vouchers, since });
}

beforeAll(async () => {
  const { CHROMIUM } = process.env;
  if (CHROMIUM === undefined) throw new Error('CHROMIUM must name a browser: run `peers/chromium/install`.');
  await promisify(execFile)('npm', ['run', 'build', '-w', '@firebreak/verifier'], { cwd: root });
  folder = await mkdtemp(join(tmpdir(), 'firebreak-verifier-'));
  const log = await logOf();
  await write(log, 3);
  const earlier = await log.ledger.checkpoint();
  await write(log, 3, (n) => Buffer.from(`later ${n}`));
  honest = { file: await bytesOf(file(log, [3])), witness: log.witness.verifierKey, earlier };
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--no-first-run'] });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

interface Given {
  readonly key?: string;
  readonly witness?: string;
  readonly earlier?: string;
  /** PEM */
  readonly authorities?: string;
}
interface Seen {
  readonly page: Page;
  readonly tone: string | null;
  readonly failed: readonly string[];
  readonly text: string;
  /** Errors, and requests for anything but the page itself. */
  readonly troubles: readonly string[];
}

async function see(path: string, { key, witness, earlier, authorities }: Given = {}): Promise<Seen> {
  const context = await browser.newContext();
  context.setDefaultTimeout(120_000);
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('dialog', (dialog) => troubles.push(`dialog: ${dialog.message()}`));
  page.on('request', (request) => {
    const url = request.url();
    if (url !== pathToFileURL(page_).href && !url.startsWith('blob:')) troubles.push(url);
  });
  await page.goto(pathToFileURL(page_).href);
  if (key !== undefined) await page.locator('#key').fill(key);
  await page.locator('summary').click();
  if (witness !== undefined) await page.locator('#witnesses').fill(witness);
  if (earlier !== undefined) await page.locator('#earlier').fill(earlier);
  if (authorities !== undefined) await page.locator('#authorities').fill(authorities);
  await page.locator('#file').setInputFiles(path);
  const verdict = page.locator('.verdict');
  await verdict.waitFor();
  return {
    page,
    tone: await verdict.getAttribute('data-tone'),
    failed: await page.locator('.checks li:has(strong.bad) span').allTextContents(),
    text: (await page.locator('main').textContent()) ?? '',
    troubles,
  };
}
async function put(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

test('the page is one file that may fetch nothing', async () => {
  const html = await readFile(page_, 'utf8');
  expect(html).toContain("default-src 'none'");
  expect(html).toContain("connect-src 'none'");
  expect(html).not.toMatch(/<(?:script|link|img)[^>]+(?:src|href)=/);
});

test('a right file, with the key, its witness and an earlier checkpoint, is green', async () => {
  const path = await put('right.tar', honest.file);
  const seen = await see(path, { key: signer.verifierKey, witness: honest.witness, earlier: honest.earlier });
  expect(seen.failed).toEqual([]);
  expect(seen.tone).toBe('good');
  expect(seen.text).toContain('Verified with the key that you gave');
  expect(seen.text).toContain('the log still begins with what the earlier checkpoint signed');
  expect(seen.text).toContain('<script>alert(1)</script>');
  expect(seen.text).toContain('\\u{202e}');
  expect(seen.troubles).toEqual([]);
  if (process.env.SCREENSHOTS !== undefined)
    await seen.page.screenshot({ path: join(root, process.env.SCREENSHOTS, 'verifier-page.png'), fullPage: true });
  await seen.page.context().close();
});

test('without the key it is not green, and says why', async () => {
  const seen = await see(await put('right.tar', honest.file));
  expect([seen.tone, seen.failed]).toEqual(['partly', []]);
  expect(seen.text).toContain('Who made it is not known');
  await seen.page.context().close();
});

const changed = async (change: (members: Members) => void): Promise<Buffer> => {
  const members = await unpacked(honest.file);
  change(members);
  return forged(members);
};
const given = (): Given => ({ key: signer.verifierKey, witness: honest.witness, earlier: honest.earlier });
const other = async (count: number, by = signer) => {
  const log = await logOf(by);
  await write(log, count, (n) => Buffer.from(`other ${n}`));
  return bytesOf(file(log));
};

test.each<[string, () => Promise<Buffer>, string]>([
  [
    'tail truncation',
    () =>
      changed((members) => {
        for (const path of ['entries/6.json', 'proofs/6.tlog-proof']) members.delete(path);
      }),
    'nothing was cut off',
  ],
  [
    'rewrite',
    () => changed((members) => members.set('entries/2.json', Buffer.from('{"actor":"nobody"}'))),
    'every entry is in the signed tree',
  ],
  [
    'reorder',
    () =>
      changed((members) => {
        const [a, b] = [members.get('entries/1.json'), members.get('entries/2.json')];
        if (a !== undefined && b !== undefined) members.set('entries/1.json', b).set('entries/2.json', a);
      }),
    'every entry is in the signed tree',
  ],
  ['fork', () => other(6), 'the log still begins with'],
  ['replay', () => other(1), 'the log still begins with'],
  [
    'clock games',
    async () => {
      const log = await logOf();
      await write(log, 2);
      clock.advance(-86_400_000);
      await write(log, 2, (n) => Buffer.from(`later ${n}`));
      clock.advance(86_400_000);
      return bytesOf(file(log));
    },
    'the times of the entries do not contradict',
  ],
  ['key swap', () => other(6, ephemeralSigner(signer.name)), 'the verifier key in the file'],
  [
    'blob swap',
    () =>
      changed((members) => {
        const [one = ''] = [...members.keys()].filter((path) => path.startsWith('blobs/'));
        members.set(one, Buffer.from('another'));
      }),
    'every file that an entry names is there',
  ],
])('%s is never green, and the check that failed is named', async (name, forge, check) => {
  const seen = await see(await put(`${name}.tar`, await forge()), given());
  expect(seen.tone).toBe('bad');
  expect(seen.failed.join('\n')).toContain(check);
  expect(seen.text).not.toContain('Verified with');
  expect(seen.troubles).toEqual([]);
  await seen.page.context().close();
});

test('what is no evidence file, and a key that is none, end in words', async () => {
  const none = await see(await put('none.tar', Buffer.from('hello'.repeat(1000))));
  expect([none.tone, none.troubles]).toEqual(['bad', []]);
  const wrong = await see(await put('right.tar', honest.file), { key: 'rubbish' });
  expect(wrong.tone).toBe('bad');
  expect(wrong.text).toContain('not of the form name+id+key');
  await none.page.context().close();
  await wrong.page.context().close();
});

describe('time stamps', () => {
  let tsa: Tsa;
  let stamped: Buffer;

  /** A log of today, since the authority's clock is the real one; it has the authority stamp each note that it exports. */
  async function stampedFile(kind: 'good' | 'ec'): Promise<Buffer> {
    const log = await logOf(signer, systemClock);
    await write(log, 2);
    const { policy, vouch } = log.vouchers;
    const authority = { url: tsa.url(kind), certificates: certificatesOf(tsa.ca) ?? [] };
    const vouchers: typeof log.vouchers = {
      policy: { ...policy, timestamps: 1 },
      vouch: async (checkpoint) => {
        const { note } = await vouch(checkpoint);
        const asked = await askAuthority(authority, Buffer.from(note));
        if (!asked.ok) throw new Error(asked.reason);
        return { note, timestamps: [asked.answer] };
      },
    };
    return bytesOf(file({ ...log, vouchers }));
  }
  const key = signer.verifierKey;

  beforeAll(async () => {
    tsa = await startTsa();
    stamped = await stampedFile('good');
  });
  afterAll(() => tsa?.close());

  test('are checked in the page, by the certificate that the reader gives, of RSA and of ECDSA', async () => {
    for (const kind of ['good', 'ec'] as const) {
      const path = await put(`stamped-${kind}.tar`, kind === 'good' ? stamped : await stampedFile(kind));
      const seen = await see(path, { key, authorities: tsa.ca });
      expect([seen.tone, seen.failed]).toEqual(['good', []]);
      expect(seen.text).toContain('a time stamping authority has seen the checkpoint');
      expect(seen.text).toMatch(new RegExp(`CN=TSA ${kind} saw it at 20\\d\\d-`));
      expect(seen.text).not.toContain('not checked');
      expect(seen.troubles).toEqual([]);
      await seen.page.context().close();
    }
  });

  test('of whom it is not known are said to be their own witness', async () => {
    const seen = await see(await put('stamped.tar', stamped), { key });
    expect([seen.tone, seen.failed]).toEqual(['good', []]);
    expect(seen.text).toContain('the certificate comes with the time stamp: compare it');
    await seen.page.context().close();
  });

  test.each<[string, () => Promise<Buffer>]>([
    ['of another checkpoint', async () => swapped(await unpacked(await stampedFile('good')))],
    [
      'with a changed byte',
      async () => {
        const token = Buffer.from((await unpacked(stamped)).get('timestamps/0.tsr') ?? '');
        // the signature ends the answer
        token[token.length - 5] = (token[token.length - 5] ?? 0) ^ 1;
        return swapped(new Map([['timestamps/0.tsr', token]]));
      },
    ],
    ['that is none', async () => swapped(new Map([['timestamps/0.tsr', Buffer.from('0\x03\x02\x01\x00 rubbish')]]))],
  ])('one %s is refused', async (name, forge) => {
    const seen = await see(await put(`stamp-${name.replaceAll(' ', '-')}.tar`, await forge()), {
      key,
      authorities: tsa.ca,
    });
    expect(seen.tone).toBe('bad');
    expect(seen.failed.join('\n')).toContain('a time stamping authority has seen the checkpoint');
    expect(seen.troubles).toEqual([]);
    await seen.page.context().close();
  });

  test('a file without one is refused where one is wanted; a stranger’s certificate and rubbish vouch for nothing', async () => {
    const without = await see(await put('right.tar', honest.file), { key, authorities: tsa.ca });
    expect(without.failed.join('\n')).toContain('0 of 1 that are wanted');
    const own = await readFile(join(tsa.folder, 'good.pem'), 'utf8');
    const ec = await readFile(join(tsa.folder, 'ec.pem'), 'utf8');
    const pinned = await see(await put('stamped.tar', stamped), { key, authorities: own });
    expect(pinned.tone).toBe('good');
    const strange = await see(await put('stamped.tar', stamped), { key, authorities: ec });
    expect(strange.failed.join('\n')).toContain('nobody who is trusted has issued');
    const rubbish = await see(await put('stamped.tar', stamped), { key, authorities: 'rubbish' });
    expect([rubbish.tone, rubbish.failed]).toEqual(['bad', []]);
    expect(rubbish.text).toContain('no certificate in PEM form');
    for (const { page } of [without, pinned, strange, rubbish]) await page.context().close();
  });

  /** The stamped file with the stamp of another one. */
  async function swapped(from: Members): Promise<Buffer> {
    const members = await unpacked(stamped);
    members.set('timestamps/0.tsr', from.get('timestamps/0.tsr') ?? Buffer.of());
    return forged(members);
  }
});

test('a file of 200 MB is read as it comes: memory stays flat', async () => {
  const log = await logOf();
  await write(log, 5, () => randomFillSync(Buffer.allocUnsafe(40 * 1024 * 1024)));
  const path = join(folder, 'large.tar');
  await pipeline(file(log), createWriteStream(path));
  const small = await see(await put('right.tar', honest.file));
  const before = await largestPage();
  await small.page.context().close();
  const seen = await see(path, { key: signer.verifierKey });
  expect([seen.tone, seen.failed]).toEqual(['good', []]);
  const peak = await largestPage();
  console.log(`most memory of the page's process: ${before} MB for a small file, ${peak} MB for one of 200 MB`);
  expect(before).toBeGreaterThan(10);
  // What is not collected yet is garbage of the browser's own; a page that kept the file would have 200 MB more.
  expect(peak - before).toBeLessThan(100);
  await seen.page.context().close();
});

/** In MB, of the process that had most. */
async function largestPage(): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const peaks = await Promise.all(
    processInfo
      .filter(({ type }) => type === 'renderer')
      .map(async ({ id }) => {
        const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
        return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
      }),
  );
  return Math.round(Math.max(...peaks));
}
