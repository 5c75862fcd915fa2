import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError, type SnapshotPiece } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { openStream, sealStream } from './sealing/envelope.ts';
import type { Sealing } from './sealing/sealing.ts';
import { folderStore } from './stores/folder.ts';
import type { EvidenceStore } from './stores/store.ts';
import { openTestVault, type Pieces, pieceOf, type TestVault } from './testing/vault.case.ts';
import type { TakeRequest } from './vault.ts';

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'firebreak-vault-'));
const opened: TestVault[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
let made = 0;
const newFolder = () => join(folder, `store-${made++}`);
const newStore = (name = 'local') => folderStore(name, newFolder());

async function open(
  pieces: Pieces,
  stores: readonly EvidenceStore[] = [newStore()],
  options: Parameters<typeof openTestVault>[3] = {},
): Promise<TestVault> {
  const place = await openTestVault(await server.database(), stores, pieces, options);
  opened.push(place);
  return place;
}

async function take({ vault }: TestVault, more: Partial<TakeRequest> = {}) {
  const { ended } = await vault.begin(
    { subject: 'test:Thing/x', incident: null, by: 'ada', reason: 'look', ...more },
    never,
  );
  return ended;
}

const why = { by: 'ada', reason: 'because' };
const deep = { ...why, deep: true };
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof FirebreakError ? error.code : String(error)),
  );

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

test('what is taken is kept once, read back, and told in the log with who, what, when, why, where and how', async () => {
  const place = await open(() => [
    pieceOf('a', 'the same'),
    pieceOf('b', 'the same'),
    {
      name: 'far',
      mediaType: 'x/y',
      reference: 's3://b/k',
      digest: 'etag:1',
      size: 9,
      because: 'large',
      retention: null,
    },
  ]);
  const snapshot = await take(place);
  expect(snapshot).toMatchObject({ state: 'complete', pieces: 2, references: 1, reasons: [], stores: ['local'] });
  const { custody, pieces } = await place.vault.show(snapshot.id);
  expect(pieces.map(({ name }) => name)).toEqual(['a', 'b', 'far']);
  expect(new Set(pieces.map(({ sha256 }) => sha256)).size).toBe(2);
  expect(custody.map(({ act, who }) => [act, who])).toEqual([
    ['begun', 'ada'],
    ['taken', 'ada'],
  ]);
  const taken = (await place.entries()).find(({ kind }) => kind === 'custody.taken');
  expect(taken?.body).toMatchObject({ what: snapshot.manifest, why: 'look', how: { tool: 'firebreak' } });
  expect(taken?.blobs.map(({ sha256 }) => sha256)).toEqual(snapshot.manifest);

  const { bytes } = await place.vault.read({ ...why, snapshot: snapshot.id, piece: 'a', asStored: false }, never);
  expect(await textOf(bytes)).toBe('the same');
  expect((await place.entries()).slice(-2)).toMatchObject([
    { kind: 'custody.read', actor: 'ada', body: { piece: 'a' } },
    { kind: 'custody.exported', actor: 'ada', body: { piece: 'a', file: { sha256: pieces[0]?.sha256, size: 8 } } },
  ]);
  expect(await place.vault.audit(deep, never)).toMatchObject({ ok: true, snapshots: [{ state: 'intact', read: 2 }] });
});

test('a blob is written once: the file cannot be written, and nothing goes through a link', async () => {
  const path = newFolder();
  const place = await open(() => [pieceOf('a', 'content')], [folderStore('local', path)]);
  await take(place);
  const sha256 = createHash('sha256').update('content').digest('hex');
  const blobs = join(path, 'blobs', 'sha256');
  expect((await readdir(join(path, 'spool'))).length).toBe(0);
  const store = folderStore('again', path);
  const other = join(folder, 'other');
  await writeFile(other, 'elsewhere');
  expect(await store.put({ file: other, sha256, size: 9, mediaType: 'x/y' }, null, never)).toBe('there');
  expect(await textOf((await store.get(sha256, never)) ?? (async function* () {})())).toBe('content');
  await expect(store.get('../../../etc/passwd', never)).rejects.toThrow('named by its digest');

  const linked = newFolder();
  const target = newFolder();
  await folderStore('made', target).spool();
  await folderStore('made', linked).spool();
  await symlink(join(target, 'spool'), join(linked, 'blobs'));
  expect(await codeOf(folderStore('linked', linked).state(sha256, never))).toBe('FB-EVIDENCE-STORE');
  expect((await readdir(blobs)).length).toBeGreaterThan(0);
});

test('an audit finds what was changed, what is gone, and a database that says otherwise than the log', async () => {
  const path = newFolder();
  const place = await open(() => [pieceOf('a', 'aaaa'), pieceOf('b', 'bbbb')], [folderStore('local', path)]);
  const { id } = await take(place);
  const fileOf = (text: string) => {
    const sha256 = createHash('sha256').update(text).digest('hex');
    return join(path, 'blobs', 'sha256', sha256.slice(0, 2), sha256);
  };
  await chmod(fileOf('aaaa'), 0o644);
  await writeFile(fileOf('aaaa'), 'aaab');
  expect(await place.vault.audit({ ...deep, deep: false }, never)).toMatchObject({ ok: true });
  expect((await place.vault.audit(deep, never)).snapshots[0]).toMatchObject({ state: 'altered' });
  await writeFile(fileOf('aaaa'), 'aaaa');
  await rm(fileOf('bbbb'));
  const lost = await place.vault.audit(deep, never);
  expect(lost).toMatchObject({ ok: false, snapshots: [{ state: 'lost' }] });
  await writeFile(fileOf('bbbb'), 'bbbb');
  await place.storage.vaultStore.transaction((tx) =>
    place.storage.vaultStore.change(tx, id, ['complete'], { state: 'destroyed' }),
  );
  expect((await place.vault.audit(deep, never)).snapshots[0]).toMatchObject({ state: 'contradicted' });
});

test('a source that gives less, more or other than it said is refused, and the rest is taken', async () => {
  const wrong = `sha256:${'0'.repeat(64)}`;
  const place = await open(() => [
    pieceOf('short', 'abc', { size: 4 }),
    pieceOf('long', 'abcde', { size: 4 }),
    pieceOf('other', 'abcd', { size: 4, digest: wrong }),
    pieceOf('good', 'abcd', { size: 4 }),
    pieceOf('good', 'again'),
    {
      name: 'broken',
      mediaType: 'x/y',
      bytes: (async function* () {
        yield Buffer.from('half');
        throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
      })(),
    },
  ]);
  const snapshot = await take(place);
  expect(snapshot).toMatchObject({ state: 'limited', pieces: 1 });
  expect(snapshot.reasons.map(({ where, code }) => `${where} ${code}`).sort()).toEqual([
    'broken FB-EVIDENCE-PARTIAL',
    'good FB-EVIDENCE-PARTIAL',
    'long FB-EVIDENCE-TRUNCATED',
    'other FB-EVIDENCE-TRUNCATED',
    'short FB-EVIDENCE-TRUNCATED',
  ]);
  expect((await place.vault.show(snapshot.id)).pieces.map(({ name }) => name)).toEqual(['good']);
});

test('what is too large stays where it is: with its digest, its lock and the reason', async () => {
  const place = await open(
    () => [
      pieceOf('told', 'x'.repeat(30), {
        size: 30,
        at: 's3://bucket/told',
        lock: async (until) => `locked in compliance mode until ${until.toISOString()}`,
      }),
      pieceOf('nowhere', 'y'.repeat(30)),
      pieceOf('small', 'z'),
    ],
    [newStore()],
    { largestBytes: 10 },
  );
  const snapshot = await take(place, { retainUntil: new Date('2027-01-01T00:00:00.000Z') });
  expect(snapshot).toMatchObject({ state: 'limited', pieces: 1, references: 1 });
  const told = (await place.vault.show(snapshot.id)).pieces.find(({ name }) => name === 'told');
  expect(told).toMatchObject({
    sha256: null,
    size: 30,
    reference: {
      at: 's3://bucket/told',
      digest: `sha256:${createHash('sha256').update('x'.repeat(30)).digest('hex')}`,
      retention: 'locked in compliance mode until 2027-01-01T00:00:00.000Z',
    },
  });
});

test('a store that loses or changes what it was given is not believed', async () => {
  for (const fault of ['loses', 'changes'] as const) {
    const good = newStore();
    const bad: EvidenceStore = {
      ...good,
      get: async (sha256, signal) => {
        const bytes = await good.get(sha256, signal);
        if (bytes === undefined || fault === 'loses') return undefined;
        return (async function* () {
          for await (const chunk of bytes) yield chunk.subarray(1);
        })();
      },
    };
    const place = await open(() => [pieceOf('a', 'content'), pieceOf('b', 'more')], [bad]);
    const snapshot = await take(place);
    expect(snapshot).toMatchObject({ state: 'limited', pieces: 0 });
    expect(snapshot.reasons[0]).toMatchObject({ code: 'FB-EVIDENCE-LOST' });
  }
});

test('a disk that fills up ends the snapshot as limited, and nothing half-written is claimed', async () => {
  const good = newStore();
  let room = 2;
  const full: EvidenceStore = {
    ...good,
    put: async (...request) => {
      room -= 1;
      if (room < 0) throw new FirebreakError('FB-EVIDENCE-FULL', 'The disk has no room (ENOSPC).');
      return good.put(...request);
    },
  };
  const many = () => Array.from({ length: 40 }, (_, at) => pieceOf(`piece-${at}`, `content ${at}`));
  const place = await open(many, [full]);
  const snapshot = await take(place);
  expect(snapshot).toMatchObject({ state: 'limited', pieces: 2 });
  expect(snapshot.reasons.map(({ code }) => code)).toEqual(['FB-EVIDENCE-FULL']);
  expect(await place.vault.audit(deep, never)).toMatchObject({ ok: true });
  room = 1000;
  expect(await take(place)).toMatchObject({ state: 'complete', pieces: 40 });
});

test('a snapshot that is cut off goes on from its journal and fetches nothing twice', async () => {
  const stop = new AbortController();
  const fetched: string[] = [];
  async function* pieces(): AsyncGenerator<SnapshotPiece> {
    for (let at = 0; at < 20; at += 1) {
      const name = `piece-${String(at).padStart(2, '0')}`;
      yield pieceOf(name, name, {
        bytes: (async function* () {
          fetched.push(name);
          if (fetched.length === 9) stop.abort(new Error('killed'));
          yield Buffer.from(name);
        })(),
      });
    }
  }
  const place = await open(pieces);
  const request = { subject: 'test:Thing/x', incident: null, by: 'ada', reason: 'look', key: 'exe/s1' };
  const { snapshot, ended } = await place.vault.begin(request, stop.signal);
  expect(await codeOf(ended)).toBe('FB-CANCELLED');
  expect((await place.vault.show(snapshot.id)).snapshot.state).toBe('taking');
  const before = new Set((await place.vault.show(snapshot.id)).pieces.map(({ name }) => name));
  expect(before.size).toBeGreaterThan(0);
  fetched.length = 100;
  const again = await place.vault.begin(request, never);
  expect(again.snapshot.id).toBe(snapshot.id);
  expect(await again.ended).toMatchObject({ state: 'complete', pieces: 20 });
  const later = fetched.slice(100);
  expect(later.filter((name) => before.has(name))).toEqual([]);
  expect(later.length + before.size).toBe(20);
});

test('few pieces are under way at a time, whatever their number', async () => {
  let open_ = 0;
  let most = 0;
  const place = await open(() =>
    Array.from({ length: 30 }, (_, at) =>
      pieceOf(`p${at}`, '', {
        bytes: (async function* () {
          open_ += 1;
          most = Math.max(most, open_);
          await new Promise((resolve) => setImmediate(resolve));
          yield Buffer.from(String(at));
          open_ -= 1;
        })(),
      }),
    ),
  );
  await take(place);
  expect(most).toBeGreaterThan(1);
  expect(most).toBeLessThanOrEqual(4);
});

test('what is held or to be kept is not destroyed; what is destroyed is destroyed and not lost', async () => {
  const path = newFolder();
  const place = await open(
    () => [pieceOf('a', 'shared'), pieceOf('b', String(Math.random()))],
    [folderStore('local', path)],
  );
  const first = await take(place, { retainUntil: new Date('2026-05-02T00:00:00.000Z') });
  const other = await take(place);
  const hold = await place.vault.hold({ ...why, snapshot: first.id }, never);
  const wish = { ...why, snapshot: first.id };
  const rehearsed = await place.vault.destroy({ ...wish, doIt: false }, never);
  expect(rehearsed.done).toBe(false);
  expect(rehearsed.forbidden).toHaveLength(2);
  expect(await codeOf(place.vault.destroy({ ...wish, doIt: true }, never))).toBe('FB-EVIDENCE-LOCKED');
  expect(await codeOf(place.vault.retain({ ...wish, until: new Date('2026-05-01') }, never))).toBe(
    'FB-EVIDENCE-LOCKED',
  );
  await place.vault.release({ ...why, id: hold.id }, never);
  place.clock.set('2026-06-01T00:00:00.000Z');
  await place.vault.audit(deep, never);
  await place.vault.audit(deep, never);
  const done = await place.vault.destroy({ ...wish, doIt: true }, never);
  expect(done).toMatchObject({ done: true, forbidden: [], shared: 1, ways: [{ store: 'local', way: 'deleted' }] });
  const audit = await place.vault.audit(deep, never);
  expect(audit.ok).toBe(true);
  expect(new Map(audit.snapshots.map(({ id, state }) => [id, state]))).toEqual(
    new Map([
      [first.id, 'destroyed'],
      [other.id, 'intact'],
    ]),
  );
  const kinds = (await place.entries()).filter(({ body }) => body.snapshot === first.id).map(({ kind }) => kind);
  expect(kinds.filter((kind) => !kind.endsWith('audited'))).toEqual([
    'custody.begun',
    'custody.taken',
    'custody.held',
    'custody.released',
    'custody.expired',
    'custody.destroying',
    'custody.destroyed',
  ]);
  const read = place.vault.read({ ...wish, piece: 'b', asStored: false }, never);
  expect(await codeOf(read)).toBe('FB-NOT-FOUND');
});

test('moving copies, reads back, and only then leaves', async () => {
  const stores = [newStore('here'), newStore('there')];
  const place = await open(() => [pieceOf('a', 'content')], stores);
  const { id } = await take(place);
  expect(await place.vault.move({ ...why, snapshot: id, to: 'there', copy: true }, never)).toMatchObject({
    stores: ['here', 'there'],
  });
  expect(await place.vault.move({ ...why, snapshot: id, to: 'there', copy: false }, never)).toMatchObject({
    stores: ['there'],
  });
  const sha256 = createHash('sha256').update('content').digest('hex');
  expect(await stores[0]?.state(sha256, never)).toBeUndefined();
  expect(await place.vault.audit(deep, never)).toMatchObject({ ok: true, snapshots: [{ read: 1 }] });
});

/** Sealed under a key for each snapshot that only the database has, as a key service does it. */
const keyed: Sealing = {
  kind: 'kms',
  method: 'a test',
  newKey: async () => randomBytes(32),
  sealFor: async (snapshot, key) => ({
    label: `kms:${snapshot}`,
    seal: (clear) => sealStream(clear, key ?? new Uint8Array(), snapshot),
  }),
  open: (sealed, snapshot, key) => {
    if (key === null) throw new FirebreakError('FB-EVIDENCE-SEALED', 'Its key was destroyed.');
    return openStream(sealed, key, snapshot);
  },
};

test('sealed evidence is named by what is stored, commits to what is in it, and is shredded with its key', async () => {
  const store: EvidenceStore = { ...newStore(), lock: 'object-lock' };
  const locked: EvidenceStore = {
    ...store,
    state: async (...request) => {
      const state = await store.state(...request);
      return state === undefined ? undefined : { ...state, lockedUntil: new Date('2030-01-01') };
    },
  };
  const place = await open(() => [pieceOf('a', 'yes'), pieceOf('b', 'yes')], [locked], { sealing: keyed });
  const { id } = await take(place);
  const { pieces } = await place.vault.show(id);
  const guess = createHash('sha256').update('yes').digest('hex');
  expect(pieces.map(({ sha256, clear }) => [sha256 === guess, clear?.size])).toEqual([
    [false, 3],
    [false, 3],
  ]);
  expect(pieces[0]?.clear?.commitment).not.toBe(pieces[1]?.clear?.commitment);
  expect(JSON.stringify(await place.entries())).not.toContain(guess);
  const { bytes } = await place.vault.read({ ...why, snapshot: id, piece: 'a', asStored: false }, never);
  expect(await textOf(bytes)).toBe('yes');
  const done = await place.vault.destroy({ ...why, snapshot: id, doIt: true }, never);
  expect(done.ways).toMatchObject([{ way: 'shredded' }]);
  expect(await locked.state(pieces[0]?.sha256 ?? '', never)).toBeDefined();
  expect(await place.storage.vaultStore.get(id)).toMatchObject({ dataKey: null, state: 'destroyed' });
  expect(await place.storage.vaultStore.piece(id, 'a')).toMatchObject({ salt: null, content: null });
});
