/**
 * The second opinion: Go's own implementation of signed notes and transparency logs (golang.org/x/mod/sumdb), built by
 * `peers/tlog`, must accept what this ledger signs and proves, and refuse it when one bit is wrong.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { exportEvidence } from './evidence-export.ts';
import { ephemeralSigner } from './key.ts';
import { createLedger } from './ledger.ts';
import { memoryLedgerStore } from './memory-store.ts';
import { TarReader } from './tar.ts';
import { parseTlogProof } from './tlog-proof.ts';

const size = 1000;
const oldSize = 300;
const signer = ephemeralSigner('ledger.example/firebreak');
const ledger = createLedger({ store: memoryLedgerStore(), signer, clock: settableClock('2026-01-01T00:00:00Z') });
let peer: string;
let directory: string;

beforeAll(async () => {
  peer = process.env.FIREBREAK_TLOG_VERIFY ?? installedPeer();
  directory = await mkdtemp(join(tmpdir(), 'firebreak-tlog-'));
  await ledger.append(
    Array.from({ length: size }, (_, n) => ({
      incident: `inc_${n % 10}`,
      kind: 'step.applied',
      actor: 'worker:1',
      body: { n, note: 'Grüße' },
    })),
  );
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function installedPeer(): string {
  const install = fileURLToPath(new URL('../../../../peers/tlog/install', import.meta.url));
  const answer = execFileSync(install, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const path = /^FIREBREAK_TLOG_VERIFY=(.+)$/m.exec(answer)?.[1];
  if (path === undefined) throw new Error(`peers/tlog/install did not say where the verifier is: ${answer}`);
  return path;
}

interface Claim {
  verifierKey: string;
  checkpoint: Uint8Array;
  inclusion?: { index: number; record: Uint8Array; proof: readonly Uint8Array[] };
  consistency?: { oldSize: number; oldRoot: Uint8Array; proof: readonly Uint8Array[] };
}
interface Verdict {
  ok: boolean;
  origin?: string;
  size: number;
  root?: string;
  checked: string[];
}

async function judge({ verifierKey, checkpoint, inclusion, consistency }: Claim): Promise<Verdict> {
  const file = async (name: string, bytes: Uint8Array | string) => {
    await writeFile(join(directory, name), bytes);
    return join(directory, name);
  };
  const lines = (hashes: readonly Uint8Array[]) =>
    hashes.map((hash) => `${Buffer.from(hash).toString('base64')}\n`).join('');
  const flags = ['verify', '-vkey', verifierKey, '-checkpoint', await file('checkpoint', checkpoint)];
  if (inclusion !== undefined) {
    flags.push('-entry', await file('entry', inclusion.record), '-index', String(inclusion.index));
    flags.push('-proof', await file('proof', lines(inclusion.proof)));
  }
  if (consistency !== undefined) {
    flags.push(
      '-old-size',
      String(consistency.oldSize),
      '-old-root',
      Buffer.from(consistency.oldRoot).toString('base64'),
    );
    flags.push('-consistency', await file('consistency', lines(consistency.proof)));
  }
  const { status, stdout, stderr, error } = spawnSync(peer, flags, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0 && status !== 1) throw new Error(`the peer was called wrongly (${status}): ${stderr}`);
  const verdict: Verdict = JSON.parse(stdout);
  expect(verdict.ok).toBe(status === 0);
  return verdict;
}

async function recordAt(index: number): Promise<Uint8Array> {
  for await (const one of ledger.entries(`inc_${index % 10}`)) if (one.index === index) return one.record;
  throw new Error(`no entry ${index}`);
}
async function wholeClaim(index: number) {
  return {
    verifierKey: ledger.verifierKey,
    checkpoint: Buffer.from(await ledger.checkpoint(size)),
    inclusion: { index, record: await recordAt(index), proof: await ledger.proof(index, size) },
    consistency: {
      oldSize,
      oldRoot: await ledger.root(oldSize),
      proof: await ledger.consistency(oldSize, size),
    },
  } satisfies Claim;
}
function flipped(bytes: Uint8Array, at = 0): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe("Go's implementation agrees", () => {
  test.each([0, 1, 255, 256, 511, 998, 999])('on signature, root, entry %i and growth', async (index) => {
    expect(await judge(await wholeClaim(index))).toEqual({
      ok: true,
      origin: 'ledger.example/firebreak',
      size,
      root: Buffer.from(await ledger.root(size)).toString('base64'),
      checked: ['signature', 'inclusion', 'consistency'],
    });
  });

  test.each([1, 2, 3, 255, 256, 257, 512, 999, 1000])('on growth from %i', async (from) => {
    const verdict = await judge({
      verifierKey: ledger.verifierKey,
      checkpoint: Buffer.from(await ledger.checkpoint(size)),
      consistency: { oldSize: from, oldRoot: await ledger.root(from), proof: await ledger.consistency(from, size) },
    });
    expect(verdict.checked).toEqual(['signature', 'consistency']);
  });

  test('on every entry of an exported file', async () => {
    const reader = new TarReader(exportEvidence({ ledger, incident: 'inc_4', actor: 'ada' }));
    const members = new Map<string, Buffer>();
    for (let member = await reader.next(); member !== undefined; member = await reader.next()) {
      members.set(member.path, Buffer.from(await reader.content(2_000_000)));
    }
    const verifierKey = (members.get('verifier.vkey') ?? '').toString().trimEnd();
    let judged = 0;
    for (const [path, record] of members) {
      const index = Number(/^entries\/(\d+)\.json$/.exec(path)?.[1]);
      if (Number.isNaN(index)) continue;
      const proof = parseTlogProof((members.get(`proofs/${index}.tlog-proof`) ?? '').toString());
      const checkpoint = Buffer.from(proof?.checkpoint ?? '');
      const verdict = await judge({
        verifierKey,
        checkpoint,
        inclusion: { index, record, proof: proof?.hashes ?? [] },
      });
      expect(verdict.ok).toBe(true);
      judged += 1;
    }
    expect(judged).toBe(101);
  });
});

describe("Go's implementation refuses", () => {
  type Whole = Awaited<ReturnType<typeof wholeClaim>>;
  const inclusion = (change: (of: Whole['inclusion']) => Partial<Whole['inclusion']>) => (claim: Whole) => ({
    ...claim,
    inclusion: { ...claim.inclusion, ...change(claim.inclusion) },
  });
  const consistency = (change: (of: Whole['consistency']) => Partial<Whole['consistency']>) => (claim: Whole) => ({
    ...claim,
    consistency: { ...claim.consistency, ...change(claim.consistency) },
  });
  const stranger = ephemeralSigner('ledger.example/firebreak').verifierKey;
  test.each<[string, (claim: Whole) => Whole]>([
    ['another key', (claim) => ({ ...claim, verifierKey: stranger })],
    [
      'an edited checkpoint',
      (claim) => ({ ...claim, checkpoint: Buffer.from(claim.checkpoint.toString().replace('\n1000\n', '\n1001\n')) }),
    ],
    ['an edited record', inclusion(({ record }) => ({ record: flipped(record, 20) }))],
    ['another index', inclusion(({ index }) => ({ index: index + 1 }))],
    [
      'an edited proof',
      inclusion(({ proof }) => ({ proof: proof.map((hash, at) => (at === 3 ? flipped(hash) : hash)) })),
    ],
    ['a shorter proof', inclusion(({ proof }) => ({ proof: proof.slice(1) }))],
    ['another old root', consistency(({ oldRoot }) => ({ oldRoot: flipped(oldRoot) }))],
    ['another old size', consistency(() => ({ oldSize: oldSize + 1 }))],
    ['an edited consistency proof', consistency(({ proof }) => ({ proof: proof.map((hash) => flipped(hash, 31)) }))],
  ])('%s', async (_name, spoil) => {
    const claim = await wholeClaim(617);
    expect((await judge(claim)).ok).toBe(true);
    expect((await judge(spoil(claim))).ok).toBe(false);
  });
});
