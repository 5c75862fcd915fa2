/**
 * Witnesses across implementations: our log shown to a witness in Go, and our witness (the command, in a process of its own)
 * shown a log in Go. The Go side is `peers/tlog`, with torchwood's cosignatures and Go's own consistency checks.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settableClock } from '../../kernel/settable-clock.ts';
import { exportEvidence, type Vouchers } from '../evidence-export.ts';
import { verifyEvidence } from '../evidence-verify.ts';
import { ephemeralSigner } from '../key.ts';
import { createLedger, type Ledger } from '../ledger.ts';
import { type MemoryTransaction, memoryLedgerStore } from '../memory-store.ts';
import { bytesOf, inPieces } from '../testing/archive.case.ts';
import { openVouchers, type VouchingStore } from '../vouchers.ts';
import { askWitness, parseWitnessAddress } from './ask-witness.ts';

const signer = ephemeralSigner('log.example/ours');
const main = new URL('../../app/main.ts', import.meta.url).pathname;
const peer = process.env.FIREBREAK_TLOG_VERIFY ?? '';
const running: ChildProcess[] = [];
let folder: string;
let goWitness: { readonly url: string; readonly vkey: string };

beforeAll(async () => {
  if (peer === '') throw new Error('FIREBREAK_TLOG_VERIFY must name the peer: run peers/tlog/install.');
  folder = await mkdtemp(join(tmpdir(), 'firebreak-witness-'));
  const child = spawn(peer, ['witness', '-name', 'witness.example/go', '-log', signer.verifierKey]);
  running.push(child);
  goWitness = JSON.parse(await firstLine(child));
});
afterAll(async () => {
  for (const child of running) if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
  await rm(folder, { recursive: true, force: true });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output');
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error(`it ended with ${child.exitCode}`);
}

/** What `--json` prints: an object over several lines. */
async function wholeJson(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no standard output');
  let text = '';
  for await (const line of createInterface({ input: child.stdout })) {
    text += line;
    if (line === '}') return text;
  }
  throw new Error(`it ended with ${child.exitCode}`);
}

function newLog() {
  return createLedger({ store: memoryLedgerStore(), signer, clock: settableClock(new Date().toISOString()) });
}
async function grow(ledger: Ledger<MemoryTransaction>, count: number, what = 'entry') {
  const before = await ledger.putBlob('b.json', 'application/json', Buffer.from(`{"what":"${what}"}`));
  const drafts = Array.from({ length: count }, (_, n) => ({
    incident: n % 7 === 0 ? 'inc_ours' : 'inc_theirs',
    kind: 'step.applied',
    actor: 'w',
    body: { n, what },
    blobs: [before],
  }));
  await ledger.append(drafts);
}
function memoryVouchings(witnesses: readonly string[], quorum: number): VouchingStore & { kept: unknown[] } {
  const kept: Parameters<VouchingStore['keep']>[1][number][] = [];
  return {
    kept,
    settings: async () => ({ witnesses, quorum, authorities: [] }),
    saveSettings: async () => {},
    lastSize: async (party) =>
      Math.max(0, ...kept.filter((each) => each.party === party && each.said !== null).map(({ size }) => size)),
    keep: async (_note, said) => void kept.push(...said),
    latest: async () => kept,
    note: async () => null,
  };
}
async function vouchers(ledger: Ledger<MemoryTransaction>, store: VouchingStore): Promise<Vouchers> {
  const clock = settableClock(new Date().toISOString());
  const opened = await openVouchers({ store, consistency: (from, to) => ledger.consistency(from, to), clock });
  if (opened === undefined) throw new Error('nobody to ask');
  return opened;
}

test('a witness in Go cosigns our log as it grows, the file says so, and Go verifies all of it', async () => {
  const ledger = newLog();
  const store = memoryVouchings([`${goWitness.vkey}=${goWitness.url}`], 1);
  const asked = await vouchers(ledger, store);
  for (const more of [3, 1, 300, 700]) {
    await grow(ledger, more);
    const size = await ledger.size();
    const { note } = await asked.vouch({ size, note: await ledger.checkpoint(size) });
    expect(note).toContain('— witness.example/go ');
  }
  const bytes = Buffer.from('<p>report</p>');
  const documents = [{ name: 'report.html', mediaType: 'text/html', bytes }];
  const file = await bytesOf(
    exportEvidence({ ledger, incident: 'inc_ours', actor: 'ada', documents, vouchers: asked }),
  );
  const report = await verifyEvidence(inPieces(file), {
    verifierKey: signer.verifierKey,
    witnesses: [goWitness.vkey],
  });
  expect(report.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(report.witnesses).toMatchObject([{ name: 'witness.example/go', keySource: 'given', state: 'cosigned' }]);

  const judge = (members: string) =>
    spawnSync(peer, ['file', '-vkey', signer.verifierKey, '-witness', goWitness.vkey, members], { encoding: 'utf8' });
  execFileSync('tar', ['-xf', '-', '-C', folder], { input: file });
  const judged = judge(folder);
  const entries = report.entries;
  expect(JSON.parse(judged.stdout)).toMatchObject({
    ok: true,
    size: 1005,
    checked: ['signature', 'cosignature', `${entries} proofs`, `${entries} entries by tiles`, '1 blobs'],
  });
  execFileSync('sh', ['-c', 'printf x | dd of=tile/0/001 bs=1 seek=9 conv=notrunc 2>/dev/null'], { cwd: folder });
  expect(JSON.parse(judge(folder).stdout)).toMatchObject({ ok: false });
});

test('the witness refuses another history, and the file of that history fails', async () => {
  const rewritten = newLog();
  await grow(rewritten, 2000, 'something else');
  const store = memoryVouchings([`${goWitness.vkey}=${goWitness.url}`], 1);
  const asked = await vouchers(rewritten, store);
  const request = { ledger: rewritten, incident: 'inc_ours', actor: 'ada', vouchers: asked };
  const file = await bytesOf(exportEvidence(request));
  expect(store.kept).toMatchObject([{ said: null, reason: expect.stringContaining('not how this one begins') }]);
  const report = await verifyEvidence(inPieces(file), { verifierKey: signer.verifierKey });
  expect(report.checks.find(({ check }) => check.startsWith('a second party'))).toMatchObject({ ok: false });
});

test('one of two witnesses is enough when the policy says so; who was missing is said', async () => {
  const ledger = newLog();
  await grow(ledger, 5);
  const child = spawn(peer, ['witness', '-name', 'witness.example/other', '-log', signer.verifierKey]);
  running.push(child);
  const other = JSON.parse(await firstLine(child)) as typeof goWitness;
  const gone = `${goWitness.vkey}=http://127.0.0.1:1`;
  const fileOf = async (quorum: number) => {
    const asked = await vouchers(ledger, memoryVouchings([`${other.vkey}=${other.url}`, gone], quorum));
    return bytesOf(exportEvidence({ ledger, incident: 'inc_ours', actor: 'ada', vouchers: asked }));
  };
  const check = async (file: Buffer) =>
    (await verifyEvidence(inPieces(file))).checks.find((one) => one.check.startsWith('a second party'));
  expect(await check(await fileOf(1))).toMatchObject({ ok: true });
  expect(await check(await fileOf(2))).toMatchObject({
    ok: false,
    detail: expect.stringContaining('missing: witness.example/go'),
  });
});

test('the command witnesses a log in Go, refuses its rollback and rewriting, and remembers after a restart', async () => {
  const skey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
  const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const start = async () => {
    const flags = [
      '--data',
      join(folder, 'w'),
      '--name',
      'witness.example/ours',
      '--log',
      vkey,
      '--port',
      '0',
      '--json',
    ];
    const child = spawn(process.execPath, [main, 'witness', ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    const ready = JSON.parse(await wholeJson(child)) as { address: string; verifierKey: string };
    return { child, ...ready };
  };
  const first = await start();
  const flags = ['log', '-skey', skey, '-witness', first.address, '-witness-vkey', first.verifierKey];
  const { stdout } = spawnSync(peer, flags, { encoding: 'utf8' });
  expect(JSON.parse(stdout)).toMatchObject({
    ok: true,
    checked: expect.arrayContaining(['cosigned 1000', 'refused a rollback', 'refused a rewrite']),
  });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const second = await start();
  expect(second.verifierKey).toBe(first.verifierKey);
  const again = spawnSync(
    peer,
    ['log', '-skey', skey, '-witness', second.address, '-witness-vkey', second.verifierKey],
    {
      encoding: 'utf8',
    },
  );
  // the log begins anew at 1 entry: the witness has seen 1000
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: false, reason: expect.stringContaining('status 409') });

  const address = parseWitnessAddress(`${second.verifierKey}=${second.address}`);
  if (address === undefined) throw new Error('no address');
  const consistency = async () => [];
  const unknown = await askWitness({
    witness: address,
    note: await newLog().checkpoint(0),
    size: 0,
    lastSize: 0,
    consistency,
  });
  expect(unknown).toMatchObject({ ok: false, why: 'refused', reason: expect.stringContaining('404') });
});
