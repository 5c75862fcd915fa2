import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { type EvidenceReport, FirebreakError, type LedgerDraft } from '@firebreak/contract';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { settableClock } from '../kernel/settable-clock.ts';
import { exportEvidence } from './evidence-export.ts';
import { verifyEvidence } from './evidence-verify.ts';
import { ephemeralSigner } from './key.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type MemoryTransaction, memoryLedgerStore } from './memory-store.ts';
import type { NoteSigner } from './note.ts';
import { tarEnd, tarHeader } from './tar.ts';
import { bytesOf, forged, inPieces, type Members, packed, unpacked } from './testing/archive.case.ts';
import { parseTlogProof, tlogProofText } from './tlog-proof.ts';
import { memoryWitness } from './witness/memory-witness.case.ts';

/** An installation with two incidents whose entries alternate, before-states as blobs, and an export of one of them. */
interface World {
  readonly ledger: Ledger<MemoryTransaction>;
  readonly signer: NoteSigner;
  readonly file: Buffer;
}

async function worldOf(signer: NoteSigner, actor = 'worker:w1', steps = 8): Promise<World> {
  const ledger = createLedger({ store: memoryLedgerStore(), signer, clock: settableClock('2026-05-06T07:08:09.010Z') });
  const shared = await ledger.putBlob('graph.json', 'application/json', Buffer.from('{"nodes":300}'));
  await ledger.append([{ incident: null, kind: 'installation.started', actor, body: {} }]);
  for (let step = 0; step < steps; step += 1) {
    const before = await ledger.putBlob(`before-${step}.json`, 'application/json', Buffer.from(`{"step":${step}}`));
    const draft = (incident: string): LedgerDraft => ({
      incident,
      kind: 'step.before',
      actor,
      body: { step, 'note ü': 'Grüße' },
      blobs: [before, shared],
    });
    await ledger.append([draft('inc_ours'), draft('inc_theirs')]);
  }
  return { ledger, signer, file: await bytesOf(exportEvidence({ ledger, incident: 'inc_ours', actor: 'ada' })) };
}

const verify = (file: Uint8Array, verifierKey?: string) =>
  verifyEvidence(inPieces(file), verifierKey === undefined ? {} : { verifierKey });

const failed = (report: EvidenceReport) => report.checks.filter(({ ok }) => !ok).map(({ check }) => check);
const details = (report: EvidenceReport) =>
  report.checks
    .filter(({ ok }) => !ok)
    .map(({ detail }) => detail)
    .join('; ');
const check = {
  archive: 'the file holds the parts of an export in their order, and nothing else',
  key: 'the verifier key in the file',
  signature: 'the checkpoint is signed by that key',
  tiles: 'every log tile is part of the signed tree',
  inclusion: 'every entry is in the signed tree, unchanged, at its place',
  records: 'every record is a well-formed entry',
  sequence: 'the entries of the incident are complete and in order',
  times: 'the times of the entries do not contradict each other or the second parties',
  end: 'the last entry is that of the export, and nothing was cut off',
  documents: 'every document is the one that the last entry names',
  blobs: 'every file that an entry names is there, unchanged, and no other',
  manifest: 'the manifest lists exactly what is here',
};
/** Index in the log of our entry number `seq`: one installation entry, then the incidents in turn. */
const indexOf = (seq: number) => 1 + 2 * seq;
const entry = (seq: number) => `entries/${indexOf(seq)}.json`;
const proof = (seq: number) => `proofs/${indexOf(seq)}.tlog-proof`;

const signer = ephemeralSigner('log.example/ours');
let world: World;
let members: Members;
beforeAll(async () => {
  world = await worldOf(signer);
});
async function fresh(): Promise<Members> {
  members = await unpacked(world.file);
  return members;
}
function take(path: string): Buffer {
  const bytes = members.get(path);
  if (bytes === undefined) throw new Error(`the export has no ${path}`);
  return bytes;
}

describe('an honest export', () => {
  test('verifies, with the key and without, and the report says what it saw', async () => {
    const report = await verify(world.file, signer.verifierKey);
    expect(failed(report)).toEqual([]);
    expect(report).toMatchObject({
      ok: true,
      incident: 'inc_ours',
      origin: 'log.example/ours',
      treeSize: 18,
      rootHash: Buffer.from(await world.ledger.root(18)).toString('base64'),
      verifierKey: signer.verifierKey,
      keySource: 'given',
      entries: 9,
      blobs: 9,
    });
    expect(report.checks.map((one) => one.check)).toEqual(Object.values(check));
    const without = await verify(world.file);
    expect(without).toMatchObject({ ok: true, keySource: 'embedded' });
    expect(without.checks[1]?.detail).toContain('compare it');
  });

  test('holds nothing of other incidents', async () => {
    for (const [path, bytes] of await fresh()) expect(`${path} ${bytes.includes('inc_theirs')}`).toBe(`${path} false`);
  });

  test('is what the documentation says: standard tools can read and check it', async () => {
    const tar = (...args: string[]) =>
      execFileSync('tar', args, { input: world.file, stdio: ['pipe', 'pipe', 'pipe'] });
    const paths = tar('-tf', '-').toString().trimEnd().split('\n');
    expect(paths).toEqual([...(await fresh()).keys()]);
    expect(tar('-xOf', '-', entry(0))).toEqual(take(entry(0)));
    const manifest = take('manifest.json').toString();
    expect(canonicalJson(JSON.parse(manifest))).toBe(manifest);
    for (const { path, sha256, size } of JSON.parse(manifest).files) {
      expect([sha256Hex(take(path)), take(path).length]).toEqual([sha256, size]);
    }
    expect(JSON.parse(manifest).files.length).toBe(paths.length - 1);
  });

  test('lacks only a second party’s word: it says so, and no longer once anything else is wrong', async () => {
    const { verifierKey } = memoryWitness('witness.example/silent', [], settableClock('2026-05-06T07:08:09.010Z'));
    const options = { verifierKey: signer.verifierKey, witnesses: [verifierKey] };
    expect(await verifyEvidence(inPieces(world.file, 512), options)).toMatchObject({ ok: false, unvouched: true });
    const changed = Buffer.from(world.file);
    changed[changed.indexOf('inc_ours')] = 0x49;
    expect(await verifyEvidence(inPieces(changed, 512), options)).toMatchObject({ ok: false, unvouched: false });
    expect(await verify(world.file, signer.verifierKey)).toMatchObject({ ok: true, unvouched: false });
  });

  test('is the same whatever pieces it comes in', async () => {
    for (const size of [1, 13, 512, world.file.length]) {
      expect((await verifyEvidence(inPieces(world.file, size))).ok).toBe(true);
    }
  });

  test('can be made again, and shows the log as of its own entry', async () => {
    const again = await worldOf(signer);
    expect(Buffer.compare(again.file, world.file)).toBe(0);
    const pieces = exportEvidence({ ledger: again.ledger, incident: 'inc_ours', actor: 'bob' });
    const first = await pieces.next();
    await again.ledger.append([{ incident: 'inc_ours', kind: 'late', actor: 'w', body: {} }]);
    const second = Buffer.concat([first.value ?? Buffer.of(), await bytesOf(pieces)]);
    expect(await verify(second, signer.verifierKey)).toMatchObject({ ok: true, entries: 10, treeSize: 19 });
  });

  test('of nothing does not exist', async () => {
    const pieces = exportEvidence({ ledger: world.ledger, incident: 'inc_none', actor: 'ada' });
    await expect(pieces.next()).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  });
});

describe('format 1, as earlier releases wrote it', () => {
  const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
  const old = () => readFile(new URL('testing/format-1.tar', import.meta.url));

  test('still verifies, with the checks that it was made for', async () => {
    const report = await verify(await old(), key);
    expect(report).toMatchObject({ ok: true, format: 1, entries: 3, blobs: 2, documents: [], treeSize: 6 });
    expect(report.checks.map((one) => one.check)).not.toContain(check.tiles);
  });

  test('any bit of it is still held against it, and it does not pass for a later one', async () => {
    const file = await old();
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(file);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await outcome(changed, key)).not.toBe('ok');
      }),
      { numRuns: 200 },
    );
    const dressed = await unpacked(file);
    dressed.set('README.txt', (await fresh()).get('README.txt') ?? Buffer.of());
    expect(failed(await verify(forged(dressed), key))).toContain(check.tiles);
  });
});

describe('format 2, as earlier releases wrote it', () => {
  const key = 'log.example/format-2+fd622a48+AawNxDIHdb7r98rvSFnEuGMuEZCMbGYHksxGOhUWnbxd';
  const old = () => readFile(new URL('testing/format-2.tar', import.meta.url));

  test('still verifies, with the reports of the export before it', async () => {
    const report = await verify(await old(), key);
    expect(report).toMatchObject({ ok: true, format: 2, entries: 4, blobs: 3, treeSize: 5 });
    expect(report.documents.map(({ name }) => name)).toEqual(['documents/report.html']);
  });

  test('any bit of it is still held against it, and it does not pass for a later one', async () => {
    const file = await old();
    await fc.assert(
      fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(file);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await outcome(changed, key)).not.toBe('ok');
      }),
      { numRuns: 200 },
    );
    const dressed = await unpacked(file);
    dressed.set('README.txt', (await fresh()).get('README.txt') ?? Buffer.of());
    expect(failed(await verify(forged(dressed), key))).toContain(check.blobs);
  });
});

describe('a later export', () => {
  const report = (text: string) => [{ name: 'report.html', mediaType: 'text/html', bytes: Buffer.from(text) }];
  const before = Buffer.from('{"before":"an earlier one"}');
  /** Two exports of an incident: the second has nothing of the first but the entry that says what it was. */
  async function twice(second = 'the second report') {
    const ledger = createLedger({
      store: memoryLedgerStore(),
      signer,
      clock: settableClock('2026-05-06T07:08:09.010Z'),
    });
    const add = async (name: string, bytes: Uint8Array) => {
      const blob = await ledger.putBlob(name, 'application/json', bytes);
      await ledger.append([{ incident: 'inc_ours', kind: 'step.before', actor: 'w1', body: {}, blobs: [blob] }]);
    };
    await add('before.json', before);
    const asked = { ledger, incident: 'inc_ours', actor: 'ada' };
    const first = await bytesOf(exportEvidence({ ...asked, documents: report('the first report') }));
    // as foreign names may be: a blob that is called like a report, of an entry that is no export
    await add('documents/report.html', Buffer.from('{"named":"like a report"}'));
    return { first, second: await bytesOf(exportEvidence({ ...asked, documents: report(second) })) };
  }

  test('does not carry the reports of earlier ones, verifies, and says so', async () => {
    const { first, second } = await twice();
    expect(await outcome(first, signer.verifierKey)).toBe('ok');
    const found = await verify(second, signer.verifierKey);
    expect(found).toMatchObject({ ok: true, format: 3, entries: 4, blobs: 2 });
    expect(found.checks.map(({ detail }) => detail).join()).toContain(
      '1 of earlier exports are named by their entries',
    );
    expect(first.includes('the first report')).toBe(true);
    expect(second.includes('the first report')).toBe(false);
    expect(second.includes('the second report')).toBe(true);
    expect(second.includes('like a report')).toBe(true);
  });

  test('of which a report is the same as an earlier one has it once', async () => {
    const { second } = await twice('the first report');
    expect(await outcome(second, signer.verifierKey)).toBe('ok');
  });

  test('into which the earlier report was put back is refused, and so is one without its blobs', async () => {
    const { second } = await twice();
    const earlier = Buffer.from('the first report');
    const put = await unpacked(second);
    const blobs = [...put].filter(([path]) => path.startsWith('blobs/'));
    for (const [path] of blobs) put.delete(path);
    const all = [...blobs, [`blobs/sha256/${sha256Hex(earlier)}`, earlier] as const].sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    for (const [path, bytes] of all) put.set(path, bytes);
    expect(failed(await verify(forged(put), signer.verifierKey))).toEqual([check.blobs]);
    const without = await unpacked(second);
    for (const [path] of blobs) without.delete(path);
    expect(failed(await verify(forged(without), signer.verifierKey))).toEqual([check.blobs]);
  });
});

describe('tampering', () => {
  test('an edited entry', async () => {
    (await fresh()).set(entry(3), Buffer.from(take(entry(3)).toString().replace('worker:w1', 'worker:w2')));
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.inclusion]);
    expect(details(report)).toContain('entry 7 is not in the signed tree');
  });

  test('a removed entry in the middle', async () => {
    await fresh();
    members.delete(entry(3));
    members.delete(proof(3));
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.sequence, check.end, check.blobs]);
    expect(details(report)).toContain('entry 9 counts 4 where 3 is due');
  });

  test('a truncated tail', async () => {
    await fresh();
    for (const seq of [7, 8]) {
      members.delete(entry(seq));
      members.delete(proof(seq));
    }
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.end, check.blobs]);
    expect(details(report)).toContain('the end was cut off');
  });

  test('a tail truncated back to an earlier export', async () => {
    const again = await worldOf(signer);
    await again.ledger.append([{ incident: 'inc_ours', kind: 'the awkward part', actor: 'w', body: {} }]);
    await fresh();
    const later = await unpacked(
      await bytesOf(exportEvidence({ ledger: again.ledger, incident: 'inc_ours', actor: 'ada' })),
    );
    members = later;
    for (const index of [18, 19]) {
      take(`entries/${index}.json`);
      members.delete(`entries/${index}.json`);
      members.delete(`proofs/${index}.tlog-proof`);
    }
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.end]);
    expect(details(report)).toContain('the signed tree does not end with the last entry');
  });

  test('entries in another order', async () => {
    await fresh();
    const [third, fourth] = [take(entry(3)), take(entry(4))];
    members.set(entry(3), fourth).set(entry(4), third);
    const swapped = await verify(forged(members), signer.verifierKey);
    expect(failed(swapped)).toEqual([check.inclusion, check.sequence]);

    const order = [...(await fresh())];
    const at = order.findIndex(([path]) => path === entry(3));
    order.splice(at, 4, ...order.slice(at + 2, at + 4), ...order.slice(at, at + 2));
    const moved = await verify(forged(new Map(order)), signer.verifierKey);
    expect(failed(moved)).toContain(check.archive);
    expect(details(moved)).toContain(`${entry(3)} is out of order`);
  });

  test('a swapped blob', async () => {
    await fresh();
    const paths = [...members.keys()].filter((path) => path.startsWith('blobs/'));
    const [one = '', other = ''] = paths;
    const [a, b] = [take(one), take(other)];
    members.set(one, b).set(other, a);
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.blobs]);
    expect(details(report)).toContain(`the content of ${one} is another one (and 1 more)`);
  });

  test('a blob left out, and one put in', async () => {
    await fresh();
    const path = [...members.keys()].find((one) => one.startsWith('blobs/')) ?? '';
    members.delete(path);
    const without = await verify(forged(members), signer.verifierKey);
    expect([failed(without), details(without)]).toEqual([[check.blobs], `${path} is missing`]);

    const extra = Buffer.from('planted');
    const order = [...(await fresh())].filter(([one]) => one !== 'manifest.json');
    const added = order.concat([[`blobs/sha256/${sha256Hex(extra)}`, extra]]);
    added.sort(([a], [b]) => (a.startsWith('blobs/') && b.startsWith('blobs/') ? (a < b ? -1 : 1) : 0));
    const planted = await verify(forged(new Map(added)), signer.verifierKey);
    expect(failed(planted)).toEqual([check.blobs]);
    expect(details(planted)).toContain('no entry names');
  });

  test('a checkpoint signed with another key', async () => {
    const stranger = await worldOf(ephemeralSigner('log.example/ours'));
    const strange = await unpacked(stranger.file);
    (await fresh()).set('checkpoint', strange.get('checkpoint') ?? Buffer.of());
    for (const key of [undefined, signer.verifierKey]) {
      const report = await verify(forged(new Map(members)), key);
      expect(failed(report)).toContain(check.signature);
      expect(details(report)).toContain('no known key has signed it');
    }
    // With key and all replaced the file agrees with itself: only the given key tells.
    expect((await verify(stranger.file)).ok).toBe(true);
    const given = await verify(stranger.file, signer.verifierKey);
    expect(failed(given)).toEqual(expect.arrayContaining([check.key, check.signature]));
  });

  test('a checkpoint of a smaller tree', async () => {
    const older = await world.ledger.checkpoint(12);
    (await fresh()).set('checkpoint', Buffer.from(older));
    const lazy = await verify(forged(new Map(members)), signer.verifierKey);
    expect(failed(lazy)).toEqual([check.tiles, check.inclusion, check.end]);
    expect(details(lazy)).toContain('leads to another checkpoint');

    for (let seq = 0; seq <= 8; seq += 1) {
      const index = seq === 8 ? 17 : indexOf(seq);
      const hashes = index < 12 ? await world.ledger.proof(index, 12) : [];
      members.set(`proofs/${index}.tlog-proof`, Buffer.from(tlogProofText({ index, hashes, checkpoint: older })));
    }
    const diligent = await verify(forged(members), signer.verifierKey);
    expect(failed(diligent)).toEqual([check.tiles, check.inclusion, check.end]);
    expect(details(diligent)).toContain('entry 13 is not in the signed tree of 12 entries');
  });

  test('a fork: another history signed with the same key', async () => {
    const fork = await unpacked((await worldOf(signer, 'worker:other')).file);
    await fresh();
    const checkpoint = (fork.get('checkpoint') ?? '').toString();
    members.set('checkpoint', Buffer.from(checkpoint));
    for (const [path, bytes] of fork) if (path.startsWith('proofs/')) members.set(path, bytes);
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.tiles, check.inclusion]);
    expect(details(report)).toContain('(and 7 more)');
  });

  test('renumbered entries', async () => {
    await fresh();
    members.delete(entry(3));
    members.delete(proof(3));
    for (let seq = 4; seq <= 8; seq += 1) {
      const path = seq === 8 ? 'entries/17.json' : entry(seq);
      const record = take(path).toString();
      members.set(
        path,
        Buffer.from(
          record.replace(`"incidentSeq":${seq}`, `"incidentSeq":${seq - 1}`).replace('"entries":9', '"entries":8'),
        ),
      );
    }
    const report = await verify(forged(members), signer.verifierKey);
    expect(failed(report)).toEqual([check.inclusion, check.blobs]);
    expect(details(report)).toContain('entry 9 is not in the signed tree of 18 entries as it stands here (and 4 more)');
  });

  test.each([
    ['at the end of the entries', entry(7), 'entries/notes.json'],
    ['a folder up', 'checkpoint', '../../etc/cron.d/x'],
    ['at the root of a disk', 'checkpoint', '/etc/passwd'],
    ['among the blobs', 'entries/17.json', 'blobs/sha256/readme'],
    ['before the manifest', 'last', 'later.txt'],
    ['after the manifest', 'manifest.json', 'later.txt'],
  ])('an extra file %s', async (_where, after, path) => {
    const order = [...(await fresh())];
    const at = after === 'last' ? order.length - 2 : order.findIndex(([one]) => one === after);
    order.splice(at + 1, 0, [path, Buffer.from('extra')]);
    const report = await verify(packed(order), signer.verifierKey);
    expect(report.ok).toBe(false);
    expect(failed(report)).toContain(check.archive);
    expect(details(report)).toContain(path);
  });

  test('a file twice', async () => {
    const order = [...(await fresh())];
    const at = order.findIndex(([path]) => path === entry(2));
    const report = await verify(packed([...order.slice(0, at + 2), ...order.slice(at)]), signer.verifierKey);
    expect(failed(report)).toContain(check.archive);
  });

  test('an entry of another incident, with its own true proof', async () => {
    await fresh();
    const index = 2;
    let record: Uint8Array = Buffer.of();
    for await (const theirs of world.ledger.entries('inc_theirs')) if (theirs.index === index) record = theirs.record;
    const checkpoint = take('checkpoint').toString();
    const hashes = await world.ledger.proof(index, 18);
    const order = [...members];
    order.splice(
      order.findIndex(([path]) => path === entry(1)),
      0,
      [`entries/${index}.json`, Buffer.from(record)],
      [`proofs/${index}.tlog-proof`, Buffer.from(tlogProofText({ index, hashes, checkpoint }))],
    );
    const report = await verify(forged(new Map(order)), signer.verifierKey);
    expect(failed(report)).toEqual([check.sequence, check.end]);
    expect(details(report)).toContain('entry 2 belongs to something else, inc_theirs');
  });

  test('a record in other words, another manifest, another readme', async () => {
    (await fresh()).set(entry(0), Buffer.from(take(entry(0)).toString().replace('{', '{ ')));
    expect(failed(await verify(forged(members), signer.verifierKey))).toEqual(
      expect.arrayContaining([check.inclusion, check.records]),
    );
    (await fresh()).set('manifest.json', Buffer.from(take('manifest.json').toString().replace('inc_ours', 'inc_mine')));
    expect(failed(await verify(packed(members), signer.verifierKey))).toEqual([check.manifest]);
    (await fresh()).set('README.txt', Buffer.from('Call 555-0100 to verify.\n'));
    expect(failed(await verify(forged(members), signer.verifierKey))).toContain(check.archive);
  });

  test('any bit, anywhere, in the file as it was handed over', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(world.file.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(world.file);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(await outcome(changed)).not.toBe('ok');
      }),
      { numRuns: 400 },
    );
  });

  test('any cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(world.file.length - 1), async (length) => {
        expect(await outcome(world.file.subarray(0, length))).not.toBe('ok');
      }),
      { numRuns: 100 },
    );
  });
});

async function outcome(file: Uint8Array, key = signer.verifierKey): Promise<string> {
  try {
    return (await verify(file, key)).ok ? 'ok' : 'not ok';
  } catch (error) {
    if (error instanceof FirebreakError) return error.code;
    throw error;
  }
}

describe('hostile and wrong files', () => {
  test.each([
    ['nothing', Buffer.of()],
    ['text', Buffer.from('apiVersion: v1\n'.repeat(1000))],
    ['an empty archive', Buffer.from(tarEnd)],
    ['another archive', packed([['a.txt', Buffer.from('hello')]])],
    ['a gzip', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
  ])('%s is no evidence file', async (_name, file) => {
    await expect(verify(file)).rejects.toMatchObject({ code: 'FB-EVIDENCE-UNREADABLE' });
  });

  test('a given key that is none is a mistake of the caller', async () => {
    await expect(verify(world.file, 'rubbish')).rejects.toMatchObject({ code: 'FB-USAGE' });
  });

  test.each(['verifier.vkey', 'checkpoint', entry(0), proof(0), 'README.txt'])('a %s without end', async (path) => {
    const order = [...(await fresh())];
    const at = order.findIndex(([one]) => one === path);
    const start = packed(order.slice(0, at)).subarray(0, -1024);
    let given = 0;
    async function* endless() {
      yield start;
      yield tarHeader(path, 8 ** 11 - 1);
      for (; given < 1000; given += 1) yield Buffer.alloc(1024 * 1024);
    }
    const report = await verifyEvidence(endless());
    expect(details(report)).toContain('more than the');
    expect(given).toBe(0);
  });

  test('a record that is deep, or no object, or not UTF-8', async () => {
    for (const record of [
      Buffer.from('['.repeat(500_000)),
      Buffer.from('[]'),
      Buffer.from('null'),
      Buffer.of(0xff, 0xfe),
    ]) {
      (await fresh()).set(entry(2), record);
      const report = await verify(forged(members), signer.verifierKey);
      expect(failed(report)).toEqual(expect.arrayContaining([check.inclusion, check.records]));
    }
  });

  test('what a forger writes does not reach the terminal', async () => {
    const evil = ephemeralSigner('log\u202egnp.exe');
    const { file } = await worldOf(evil);
    const text = JSON.stringify(await verify(file));
    expect(text).not.toContain('\u202e');
    expect(text).toContain('u{202e}');
  });
});

test('the proofs in the file are what the ledger proves', async () => {
  await fresh();
  const read = parseTlogProof(take(proof(5)).toString());
  expect(read?.hashes.map((hash) => Buffer.from(hash).toString('hex'))).toEqual(
    (await world.ledger.proof(indexOf(5), 18)).map((hash) => Buffer.from(hash).toString('hex')),
  );
});
