/** The chain of custody: every act is told, with all that ISO/IEC 27037 asks to be written down; and what leaves is known by its digest. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerEntry } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { testServer } from '../storage/test-database.ts';
import { custodyActs } from './custody.ts';
import { folderStore } from './stores/folder.ts';
import { openTestVault, pieceOf, type TestVault } from './testing/vault.case.ts';

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'firebreak-custody-'));
const opened: TestVault[] = [];
afterAll(async () => {
  for (const each of opened) await each.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
const never = new AbortController().signal;
const why = { by: 'ada', reason: 'because' };
const incident = 'inc_1';

async function open() {
  const name = join(folder, String(opened.length));
  const stores = [folderStore('here', `${name}-here`), folderStore('there', `${name}-there`)];
  const pieces = () => [pieceOf('card.json', '{"model":"fraud","owner":"Ada"}'), pieceOf('weights', 'x'.repeat(5000))];
  const place = await openTestVault(await server.database(), stores, pieces);
  opened.push(place);
  const take = async (retainUntil?: Date) => {
    const request = { ...why, subject: 'test:Thing/x', incident, retainUntil };
    return (await place.vault.begin(request, never)).ended;
  };
  return { ...place, take };
}

async function whole(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function entriesOf({ ledger }: TestVault, kind: string): Promise<readonly LedgerEntry[]> {
  const found: LedgerEntry[] = [];
  for await (const { entry } of ledger.entries(incident)) if (entry.kind.startsWith(kind)) found.push(entry);
  return found;
}

async function* chunksOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

test('every act is in the log, with who, what, when, why, where and how', async () => {
  const place = await open();
  const { vault } = place;
  const { id: snapshot } = await place.take(new Date('2026-05-02T00:00:00.000Z'));
  const at = { ...why, snapshot };
  await whole((await vault.read({ ...at, piece: 'weights', asStored: false }, never)).bytes);
  await vault.redact({ ...at, piece: 'card.json', hide: ['/owner'] }, never);
  const { id } = await vault.hold(at, never);
  await vault.release({ ...why, id }, never);
  await vault.retain({ ...at, until: new Date('2026-05-03T00:00:00.000Z') }, never);
  await vault.move({ ...at, to: 'there', copy: true }, never);
  await vault.move({ ...at, to: 'there', copy: false }, never);
  await whole(vault.leaving({ ...why, incident, name: 'file.tar' }, chunksOf('tar')));
  place.clock.set('2026-06-01T00:00:00.000Z');
  await vault.audit({ ...at, deep: true }, never);
  await vault.destroy({ ...at, doIt: true }, never);
  const entries = await entriesOf(place, 'custody.');
  expect(new Set(entries.map(({ kind }) => kind))).toEqual(new Set(custodyActs.map((act) => `custody.${act}`)));
  const said = expect.stringMatching(/\S/);
  for (const { kind, actor, at: when, body } of entries) {
    expect({ kind, actor, when, ...body }, kind).toMatchObject({
      actor: kind === 'custody.expired' ? 'firebreak' : 'ada',
      when: expect.stringMatching(/^2026-0[56]-01T.*Z$/),
      snapshot,
      why: said,
      where: { host: said, store: said },
      how: { tool: 'firebreak', version: said, method: said },
      detail: said,
    });
    const what = body.what as readonly string[];
    // What is only begun has no digest yet.
    if (kind !== 'custody.begun') expect(what.length, kind).toBeGreaterThan(0);
    for (const digest of what) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  }
  const { custody } = await vault.show(snapshot);
  expect(custody.map(({ act }) => `custody.${act}`)).toEqual(entries.map(({ kind }) => kind));
});

test('a file that leaves is in the log by its digest before its end is told, for each snapshot of its incident', async () => {
  const place = await open();
  const taken = [await place.take(), await place.take()];
  const bytes = await whole(place.vault.leaving({ ...why, incident, name: 'file.tar' }, chunksOf('some ', 'bytes')));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const entries = await entriesOf(place, 'custody.exported');
  expect(new Set(entries.map(({ body }) => body.snapshot))).toEqual(new Set(taken.map(({ id }) => id)));
  for (const { actor, body } of entries) {
    expect(actor).toBe('ada');
    expect(body).toMatchObject({ why: 'because', file: { name: 'file.tar', sha256, size: 10, whole: true } });
    expect(body.what).toEqual(taken.find(({ id }) => id === body.snapshot)?.manifest);
    expect(body.detail).toContain(sha256);
  }
});

test('what breaks off is in the log as that; of an incident with nothing in the vault the file is', async () => {
  const place = await open();
  for await (const _ of place.vault.leaving({ ...why, incident, name: 'file.tar' }, chunksOf('some ', 'bytes'))) break;
  await expect(
    whole(
      place.vault.leaving(
        { ...why, incident, name: 'never' },
        (async function* () {
          yield* [];
          throw new Error('no such incident');
        })(),
      ),
    ),
  ).rejects.toThrow('no such incident');
  expect(await entriesOf(place, 'custody.exported')).toMatchObject([
    {
      body: { snapshot: null, what: [], file: { size: 5, whole: false }, detail: expect.stringContaining('broke off') },
    },
  ]);
});
