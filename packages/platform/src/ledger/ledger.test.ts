import { FirebreakError, type LedgerDraft, ledgerEntrySchema } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { settableClock } from '../kernel/settable-clock.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { ephemeralSigner } from './key.ts';
import { createLedger, type Ledger, type LedgerRecord, maximumBlobBytes } from './ledger.ts';
import { type MemoryTransaction, memoryLedgerStore } from './memory-store.ts';
import { hashLeaf, verifyConsistency, verifyInclusion } from './merkle.ts';
import { noteVerifier, openNote } from './note.ts';
import { entryOf, maximumRecordBytes, prepareEntry, recordBytes } from './record.ts';

function world() {
  const store = memoryLedgerStore();
  const clock = settableClock('2026-02-03T04:05:06.789Z');
  const ledger = createLedger({ store, signer: ephemeralSigner('log.example/t'), clock });
  return { store, clock, ledger };
}
async function entriesOf<Tx>(ledger: Ledger<Tx>, incident: string | null): Promise<LedgerRecord[]> {
  const records: LedgerRecord[] = [];
  for await (const record of ledger.entries(incident)) records.push(record);
  return records;
}
const draft = (incident: string | null, body: Record<string, unknown> = {}): LedgerDraft => ({
  incident,
  kind: 'step.applied',
  actor: 'worker:w1',
  body,
});

describe('records', () => {
  test('are the canonical JSON of the entry, for any draft', () => {
    const anyDraft = fc.record({
      incident: fc.option(fc.string()),
      kind: fc.string({ unit: 'binary' }),
      actor: fc.string({ unit: 'binary' }),
      body: fc.dictionary(fc.string(), fc.jsonValue()),
      blobs: fc.array(
        fc.record({
          name: fc.string(),
          mediaType: fc.string(),
          sha256: fc.constant('a'.repeat(64)),
          size: fc.nat(),
        }),
      ),
    });
    fc.assert(
      fc.property(anyDraft, fc.maxSafeNat(), (one, seq) => {
        const prepared = prepareEntry(one, '2026-01-01T00:00:00.000Z');
        const entry = entryOf(prepared, seq);
        expect(ledgerEntrySchema.safeParse(entry).success).toBe(true);
        expect(Buffer.from(recordBytes(prepared, seq)).toString()).toBe(canonicalJson(entry));
      }),
    );
  });

  test('have at most 1 MiB, in bytes', async () => {
    const { ledger } = world();
    const overhead = recordBytes(prepareEntry(draft('a', { text: '' }), '2026-02-03T04:05:06.789Z'), 0).length + 15;
    const fits = draft('a', { text: 'é'.repeat(Math.floor((maximumRecordBytes - overhead) / 2)) });
    await expect(ledger.append([fits])).resolves.toMatchObject({ indexes: [0] });
    const over = draft('a', { text: 'é'.repeat(maximumRecordBytes / 2) });
    await expect(ledger.append([draft('a'), over])).rejects.toMatchObject({ code: 'FB-LEDGER-ENTRY-REFUSED' });
    expect(await ledger.size()).toBe(1);
  });

  test('refuse what JSON cannot say, with the place', async () => {
    const { ledger } = world();
    const refused = ledger.append([draft('a', { when: new Date() })]);
    await expect(refused).rejects.toBeInstanceOf(FirebreakError);
    await expect(refused).rejects.toMatchObject({
      code: 'FB-LEDGER-ENTRY-REFUSED',
      why: expect.stringContaining('body.when'),
    });
    expect(await ledger.size()).toBe(0);
  });
});

describe('append', () => {
  test('gives indexes of the log and numbers of the incident', async () => {
    const { ledger, clock } = world();
    const first = await ledger.append([draft('a', { n: 1 }), draft('b'), draft('a', { n: 2 })]);
    clock.advance(1000);
    const second = await ledger.append([draft(null), draft('a', { n: 3 })]);
    expect([first.indexes, second.indexes]).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect([...first.entries, ...second.entries].map(({ incident, incidentSeq }) => [incident, incidentSeq])).toEqual([
      ['a', 0],
      ['b', 0],
      ['a', 1],
      [null, 0],
      ['a', 2],
    ]);
    expect(second.entries[0]?.at).toBe('2026-02-03T04:05:07.789Z');
    const ofA = await entriesOf(ledger, 'a');
    expect(ofA.map(({ index, entry }) => [index, entry.body])).toEqual([
      [0, { n: 1 }],
      [2, { n: 2 }],
      [4, { n: 3 }],
    ]);
    expect(Buffer.from(ofA[0]?.record ?? []).toString()).toBe(canonicalJson(first.entries[0]));
    expect(await ledger.append([])).toEqual({ indexes: [], entries: [] });
  });

  test("in a caller's transaction, is there exactly when the rest is", async () => {
    const { ledger, store } = world();
    const failed = store.transaction(async (tx) => {
      await ledger.append([draft('a')], tx);
      throw new Error('journal failed');
    });
    await expect(failed).rejects.toThrow('journal failed');
    expect(await ledger.size()).toBe(0);
    const { indexes } = await store.transaction(async (tx) => {
      await ledger.append([draft('a')], tx);
      return ledger.append([draft('a')], tx);
    });
    expect(indexes).toEqual([1]);
    expect(await ledger.size()).toBe(2);
  });

  test('calls at the same time share transactions and keep their order; a bad one fails alone', async () => {
    const { ledger, store } = world();
    let transactions = 0;
    const counted = createLedger({
      store: {
        ...store,
        transaction<T>(work: (tx: MemoryTransaction) => Promise<T>) {
          transactions += 1;
          return store.transaction(work);
        },
      },
      signer: ephemeralSigner(),
      clock: settableClock(new Date(0)),
    });
    const missing = { name: 'x', mediaType: 'text/plain', sha256: 'f'.repeat(64), size: 1 };
    const calls = Array.from({ length: 500 }, (_, n) =>
      counted.append([n === 250 ? { ...draft('a'), blobs: [missing] } : draft('a', { n })]),
    );
    const results = await Promise.allSettled(calls);
    const bad = results[250];
    expect(bad?.status === 'rejected' && bad.reason).toMatchObject({ code: 'FB-LEDGER-ENTRY-REFUSED' });
    const indexes = results.flatMap((result) => (result.status === 'fulfilled' ? result.value.indexes : []));
    expect(indexes).toEqual(Array.from({ length: 499 }, (_, at) => at));
    expect(transactions).toBeLessThan(10);
    expect((await entriesOf(ledger, 'a')).map(({ entry }) => entry.incidentSeq)).toEqual(indexes);
  });

  test('when the store fails, everybody who waited learns it, and the next append works', async () => {
    const { store } = world();
    let broken = true;
    const ledger = createLedger({
      store: {
        ...store,
        async transaction<T>(work: (tx: MemoryTransaction) => Promise<T>) {
          if (broken) throw new Error('down');
          return store.transaction(work);
        },
      },
      signer: ephemeralSigner(),
      clock: settableClock(new Date(0)),
    });
    const results = await Promise.allSettled([ledger.append([draft('a')]), ledger.append([draft('a')])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    broken = false;
    expect((await ledger.append([draft('a')])).indexes).toEqual([0]);
  });
});

test('much at once is one append of small batches, and what waits shares transactions of a bounded size', async () => {
  const { ledger: whole, store } = world();
  const appends: number[] = [];
  const ledger = createLedger({
    store: {
      ...store,
      append: async (tx, all) => {
        const made = [...all];
        for (const { entries } of made) {
          const bytes = entries.reduce((sum, { record }) => sum + record.length, 0);
          expect(bytes).toBeLessThanOrEqual(1024 * 1024);
          expect(entries.length).toBeLessThanOrEqual(1024);
        }
        appends.push(made.reduce((sum, { entries }) => sum + entries.length, 0));
        await store.append(tx, made);
      },
    },
    signer: ephemeralSigner(),
    clock: settableClock(new Date(0)),
  });
  const long = { text: 'x'.repeat(500_000) };
  const { indexes } = await ledger.append(Array.from({ length: 40 }, () => draft('a', long)));
  expect(indexes).toEqual(Array.from({ length: 40 }, (_, at) => at));
  await Promise.all(Array.from({ length: 40 }, () => ledger.append([draft('a', long)])));
  await ledger.append(Array.from({ length: 20_001 }, () => draft('b')));
  expect(appends).toEqual([40, 1, 33, 6, 20_001]);
  const root = await whole.root(20_081);
  const leafHash = hashLeaf((await store.entries(79, 1))[0]?.record ?? Buffer.of());
  expect(verifyInclusion({ index: 79, size: 20_081, leafHash, root, proof: await whole.proof(79, 20_081) })).toBe(true);
});

describe('blobs', () => {
  test('are kept by digest, and named by entries only when they are there with that size', async () => {
    const { ledger, store } = world();
    const blob = await ledger.putBlob('before.json', 'application/json', Buffer.from('{"a":1}'));
    expect(blob).toEqual({
      name: 'before.json',
      mediaType: 'application/json',
      sha256: '015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862',
      size: 7,
    });
    expect(Buffer.from((await ledger.getBlob(blob.sha256)) ?? []).toString()).toBe('{"a":1}');
    await ledger.append([{ ...draft('a'), blobs: [blob] }]);
    await expect(ledger.append([{ ...draft('a'), blobs: [{ ...blob, size: 8 }] }])).rejects.toMatchObject({
      code: 'FB-LEDGER-ENTRY-REFUSED',
    });
    await store.transaction(async (tx) => {
      const own = await ledger.putBlob('own', 'text/plain', Buffer.from('own'), tx);
      await ledger.append([{ ...draft('a'), blobs: [own] }], tx);
    });
    expect(await ledger.size()).toBe(2);
    await expect(ledger.putBlob('big', 'x/y', new Uint8Array(maximumBlobBytes + 1))).rejects.toThrow(FirebreakError);
  });
});

describe('checkpoints and proofs', () => {
  test('verify with the published key, for every size', async () => {
    const { ledger } = world();
    const drafts = Array.from({ length: 300 }, (_, n) => draft(`inc_${n % 7}`, { n }));
    await ledger.append(drafts);
    const verifier = noteVerifier(ledger.verifierKey);
    const note = openNote(Buffer.from(await ledger.checkpoint()), verifier === undefined ? [] : [verifier]);
    const signed = note.ok ? parseCheckpoint(note.text) : undefined;
    expect(signed).toMatchObject({ origin: 'log.example/t', size: 300 });
    const root = signed?.root ?? new Uint8Array(32);
    for await (const { index, record } of ledger.entries('inc_3')) {
      const proof = await ledger.proof(index, 300);
      expect(verifyInclusion({ index, size: 300, leafHash: hashLeaf(record), root, proof })).toBe(true);
    }
    for (const oldSize of [0, 1, 255, 256, 257, 300]) {
      const claim = { oldSize, oldRoot: await ledger.root(oldSize), size: 300, root };
      expect(verifyConsistency({ ...claim, proof: await ledger.consistency(oldSize, 300) })).toBe(true);
    }
    expect(await ledger.checkpoint(257)).toContain('log.example/t\n257\n');
  });

  test('of an empty log', async () => {
    const { ledger } = world();
    expect(await ledger.checkpoint()).toContain('log.example/t\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— ');
  });

  test('there are none of what is not there', async () => {
    const { ledger } = world();
    await ledger.append([draft('a'), draft('a')]);
    for (const wrong of [
      ledger.proof(2, 2),
      ledger.proof(-1, 2),
      ledger.proof(0.5, 2),
      ledger.proof(0, 3),
      ledger.consistency(3, 2),
      ledger.consistency(1, 3),
      ledger.checkpoint(3),
      ledger.root(-1),
    ]) {
      await expect(wrong).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
    }
  });
});

test('a seal states the number of entries and signs the tree that it ends', async () => {
  const { ledger } = world();
  await ledger.append([draft('a'), draft('b'), draft('a')]);
  const [sealed] = await Promise.all([ledger.seal('a', 'ada'), ledger.append([draft('a')])]);
  expect(sealed.entry).toMatchObject({
    kind: 'evidence.exported',
    actor: 'ada',
    body: { entries: sealed.entry.incidentSeq + 1 },
  });
  expect(sealed.checkpoint).toContain(`log.example/t\n${sealed.index + 1}\n`);
  await expect(ledger.seal('nobody', 'ada')).rejects.toMatchObject({ code: 'FB-NOT-FOUND' });
  expect(await ledger.size()).toBe(5);
});
