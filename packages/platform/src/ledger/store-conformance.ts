/**
 * What every ledger store must do, as tests. The memory store and the PostgreSQL one both run it.
 */
import { describe, expect, test } from 'vitest';
import { settableClock } from '../kernel/settable-clock.ts';
import { CompactRange } from './compact-range.ts';
import { ephemeralSigner } from './key.ts';
import { createLedger } from './ledger.ts';
import { hashBytes, hashLeaf } from './merkle.ts';
import type { AppendBatch, LedgerStore, NewNode } from './store.ts';

/** Registers the suite. `makeStore` gives a store with an empty log each time; the caller closes what it opened. */
export function ledgerStoreConformance<Tx>(makeStore: () => Promise<LedgerStore<Tx>>): void {
  /** Appends records the way the ledger does, in the given transaction. */
  async function append(store: LedgerStore<Tx>, tx: Tx, drafts: readonly [incident: string | null, record: string][]) {
    const incidents = [...new Set(drafts.map(([incident]) => incident))];
    const { size, frontier, nextSeqs } = await store.lockForAppend(tx, incidents);
    const next = new Map(incidents.map((incident, at) => [incident, nextSeqs[at] ?? -1]));
    const range = new CompactRange(size, frontier);
    const nodes: NewNode[] = [];
    const entries = drafts.map(([incident, text]) => {
      const incidentSeq = next.get(incident) ?? -1;
      next.set(incident, incidentSeq + 1);
      return { incident, incidentSeq, record: Buffer.from(text) };
    });
    const leafHashes = Buffer.concat(entries.map(({ record }) => hashLeaf(record)));
    entries.forEach((_, at) => {
      range.push(leafHashes, at * hashBytes, nodes);
    });
    await store.append(tx, [{ first: size, entries, leafHashes, nodes, frontier: range.frontier() }]);
  }
  async function appendNow(store: LedgerStore<Tx>, drafts: readonly [incident: string | null, record: string][]) {
    await store.transaction((tx) => append(store, tx, drafts));
  }
  async function allTexts(store: LedgerStore<Tx>, incident?: string | null): Promise<string[]> {
    const texts: string[] = [];
    for (;;) {
      const page =
        incident === undefined
          ? await store.entries(texts.length, 100)
          : await store.incidentEntries(incident, texts.length, 100);
      if (page.length === 0) return texts;
      expect(page.length).toBeLessThanOrEqual(100);
      texts.push(...page.map(({ record }) => Buffer.from(record).toString()));
    }
  }
  const position = (store: LedgerStore<Tx>, ...incidents: (string | null)[]) =>
    store.transaction((tx) => store.lockForAppend(tx, incidents));
  class Surprise extends Error {}

  describe('entries', () => {
    test('an empty log', async () => {
      const store = await makeStore();
      const { size, frontier, nextSeqs } = await position(store, 'a', null);
      expect({ size, frontier: frontier.length, nextSeqs }).toEqual({ size: 0, frontier: 0, nextSeqs: [0, 0] });
      expect(await store.size()).toBe(0);
      expect(await store.entries(0, 10)).toEqual([]);
      expect(await store.incidentEntries('a', 0, 10)).toEqual([]);
      await expect(store.hashes(0, 0, 1)).rejects.toThrow();
    });

    test('come back as the same bytes, by index and by incident', async () => {
      const store = await makeStore();
      const record = Buffer.from([0, 255, 92, 120, 39, 13, 10, 128, 0]);
      await store.transaction(async (tx) => {
        await store.lockForAppend(tx, ['a']);
        const range = new CompactRange();
        range.push(hashLeaf(record), 0);
        const entries = [{ incident: 'a', incidentSeq: 0, record }];
        await store.append(tx, [
          { first: 0, entries, leafHashes: hashLeaf(record), nodes: [], frontier: range.frontier() },
        ]);
      });
      for (const [found] of [await store.entries(0, 5), await store.incidentEntries('a', 0, 5)]) {
        expect(found?.index).toBe(0);
        expect(Buffer.from(found?.record ?? [])).toEqual(record);
      }
      expect(Buffer.from(await store.hashes(0, 0, 1))).toEqual(Buffer.from(hashLeaf(record)));
      expect(Buffer.from((await position(store)).frontier)).toEqual(Buffer.from(hashLeaf(record)));
    });

    test('incidents count for themselves; none is not one called "null" or nothing', async () => {
      const store = await makeStore();
      await appendNow(store, [
        ['a', 'a0'],
        [null, 'n0'],
        ['null', 'null0'],
        ['a', 'a1'],
        ['', 'empty0'],
      ]);
      await appendNow(store, [
        ['a', 'a2'],
        [null, 'n1'],
      ]);
      expect((await position(store, '', null, 'b', 'a', 'null')).nextSeqs).toEqual([1, 2, 0, 3, 1]);
      expect(await allTexts(store, 'a')).toEqual(['a0', 'a1', 'a2']);
      expect(await allTexts(store, null)).toEqual(['n0', 'n1']);
      expect(await allTexts(store, 'null')).toEqual(['null0']);
      expect(await allTexts(store)).toEqual(['a0', 'n0', 'null0', 'a1', 'empty0', 'a2', 'n1']);
      expect((await store.incidentEntries('a', 1, 1)).map(({ index }) => index)).toEqual([3]);
      expect((await store.entries(5, 1)).map(({ index }) => index)).toEqual([5]);
    });

    test('hashes and nodes come back by tile level', async () => {
      const store = await makeStore();
      const drafts = Array.from({ length: 700 }, (_, at): [string, string] => ['a', `record ${at}`]);
      await appendNow(store, drafts.slice(0, 300));
      await appendNow(store, drafts.slice(300));
      const leaves = drafts.map(([, text]) => Buffer.from(hashLeaf(Buffer.from(text))));
      expect(Buffer.from(await store.hashes(0, 256, 256))).toEqual(Buffer.concat(leaves.slice(256, 512)));
      expect(Buffer.from(await store.hashes(0, 699, 1))).toEqual(leaves[699]);
      const roots = [0, 256].map((from) => {
        const range = new CompactRange();
        for (const leaf of leaves.slice(from, from + 256)) range.push(leaf, 0);
        return range.root();
      });
      expect(Buffer.from(await store.hashes(1, 0, 2))).toEqual(Buffer.concat(roots));
      await expect(store.hashes(0, 699, 2)).rejects.toThrow();
      await expect(store.hashes(1, 1, 2)).rejects.toThrow();
      await expect(store.hashes(2, 0, 1)).rejects.toThrow();
    });

    test('a record of 1 MiB, and pages of many', async () => {
      const store = await makeStore();
      const long = 'x'.repeat(1024 * 1024);
      await appendNow(store, [
        ['a', long],
        ...Array.from({ length: 20 }, (_, at): [string, string] => ['a', `${at}${long.slice(0, 300_000)}`]),
      ]);
      const texts = await allTexts(store, 'a');
      expect(texts.length).toBe(21);
      expect(texts[0]).toBe(long);
      expect(texts[20]?.startsWith('19xxx')).toBe(true);
    });
  });

  describe('transactions', () => {
    test('one that fails leaves no trace', async () => {
      const store = await makeStore();
      await appendNow(store, [['a', 'kept']]);
      const failing = store.transaction(async (tx) => {
        await append(store, tx, [
          ['a', 'lost'],
          ['b', 'lost too'],
        ]);
        await store.putBlob('b'.repeat(64), Buffer.from('lost'), tx);
        throw new Surprise();
      });
      await expect(failing).rejects.toThrow(Surprise);
      expect(await allTexts(store)).toEqual(['kept']);
      const { size, frontier, nextSeqs } = await position(store, 'a', 'b');
      expect({ size, frontier: frontier.length, nextSeqs }).toEqual({ size: 1, frontier: 32, nextSeqs: [1, 0] });
      expect(await store.getBlob('b'.repeat(64))).toBeUndefined();
      expect((await store.blobSizes(['b'.repeat(64)])).size).toBe(0);
    });

    test('what it returns comes through, and it may append twice', async () => {
      const store = await makeStore();
      const seen = await store.transaction(async (tx) => {
        await append(store, tx, [['a', '0']]);
        await append(store, tx, [
          ['a', '1'],
          ['b', '2'],
        ]);
        return store.lockForAppend(tx, ['a', 'b']);
      });
      expect([seen.size, ...seen.nextSeqs]).toEqual([3, 2, 1]);
      expect(await allTexts(store)).toEqual(['0', '1', '2']);
    });

    test('several batches under one lock', async () => {
      const store = await makeStore();
      await store.transaction(async (tx) => {
        const range = new CompactRange();
        await store.lockForAppend(tx, ['a']);
        function batch(first: number, count: number): AppendBatch {
          const nodes: NewNode[] = [];
          const entries = Array.from({ length: count }, (_, at) => {
            const record = Buffer.from(`record ${first + at}`);
            range.push(hashLeaf(record), 0, nodes);
            return { incident: 'a', incidentSeq: first + at, record };
          });
          const leafHashes = Buffer.concat(entries.map(({ record }) => hashLeaf(record)));
          return { first, entries, leafHashes, nodes, frontier: range.frontier() };
        }
        function* batches(first: number, ...counts: readonly number[]) {
          for (let [at, from] = [0, first]; at < counts.length; from += counts[at++] ?? 0)
            yield batch(from, counts[at] ?? 0);
        }
        await store.append(tx, batches(0, 200, 200, 1));
        await store.append(tx, batches(401, 1, 200, 3));
      });
      const { size, frontier, nextSeqs } = await position(store, 'a');
      expect([size, frontier.length / hashBytes, ...nextSeqs]).toEqual([605, 6, 605]);
      expect(await allTexts(store, 'a')).toEqual(Array.from({ length: 605 }, (_, at) => `record ${at}`));
      expect((await store.hashes(1, 0, 2)).length).toBe(2 * hashBytes);
    });

    test('batches whose making fails leave no trace', async () => {
      const store = await makeStore();
      await appendNow(store, [['a', 'kept']]);
      const failing = store.transaction(async (tx) => {
        const { size, frontier } = await store.lockForAppend(tx, ['a']);
        const range = new CompactRange(size, frontier);
        function* batches(): Generator<AppendBatch> {
          const entries = Array.from({ length: 500 }, (_, at) => {
            const record = Buffer.from(`lost ${at}`);
            range.push(hashLeaf(record), 0);
            return { incident: 'a', incidentSeq: 1 + at, record };
          });
          const leafHashes = Buffer.concat(entries.map(({ record }) => hashLeaf(record)));
          yield { first: 1, entries, leafHashes, nodes: [], frontier: range.frontier() };
          throw new Surprise();
        }
        await store.append(tx, batches());
      });
      await expect(failing).rejects.toThrow(Surprise);
      expect(await allTexts(store)).toEqual(['kept']);
      await appendNow(store, [['a', 'goes on']]);
      expect(await allTexts(store, 'a')).toEqual(['kept', 'goes on']);
    });

    test('nobody sees what is not committed, and appenders stand in line', async () => {
      const store = await makeStore();
      const order: string[] = [];
      const written = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      const first = store.transaction(async (tx) => {
        await append(store, tx, [['a', 'first']]);
        written.resolve();
        await released.promise;
        order.push('first ends');
      });
      await written.promise;
      expect(await store.size()).toBe(0);
      expect(await store.entries(0, 10)).toEqual([]);
      const second = store.transaction(async (tx) => {
        const { size } = await store.lockForAppend(tx, ['a']);
        order.push(`second has the lock at ${size}`);
        await append(store, tx, [['a', 'second']]);
      });
      released.resolve();
      await Promise.all([first, second]);
      expect(order).toEqual(['first ends', 'second has the lock at 1']);
      expect(await allTexts(store, 'a')).toEqual(['first', 'second']);
    });

    test('many at once stay gapless, although some fail', async () => {
      const store = await makeStore();
      const work = Array.from({ length: 24 }, (_, at) =>
        store.transaction(async (tx) => {
          await append(store, tx, [
            [at % 2 === 0 ? 'a' : 'b', `${at}`],
            ['c', `${at}`],
          ]);
          if (at % 5 === 0) throw new Surprise();
        }),
      );
      const results = await Promise.allSettled(work);
      expect(results.filter(({ status }) => status === 'rejected').length).toBe(5);
      expect((await position(store, 'a', 'b', 'c')).nextSeqs).toEqual([9, 10, 19]);
      expect((await store.entries(0, 100)).map(({ index }) => index)).toEqual(
        Array.from({ length: 38 }, (_, at) => at),
      );
      expect((await allTexts(store, 'c')).length).toBe(19);
    });
  });

  describe('blobs', () => {
    test('come back as the same bytes, also none and many', async () => {
      const store = await makeStore();
      const many = Buffer.alloc(3_000_000, 'some \0 bytes \xff ', 'latin1');
      await store.putBlob('a'.repeat(64), many);
      await store.putBlob('b'.repeat(64), new Uint8Array(0));
      expect(Buffer.compare((await store.getBlob('a'.repeat(64))) ?? Buffer.of(), many)).toBe(0);
      expect((await store.getBlob('b'.repeat(64)))?.length).toBe(0);
      expect(await store.getBlob('c'.repeat(64))).toBeUndefined();
      const sizes = await store.blobSizes(['b'.repeat(64), 'c'.repeat(64), 'a'.repeat(64)]);
      expect([...sizes].sort()).toEqual([
        ['a'.repeat(64), 3_000_000],
        ['b'.repeat(64), 0],
      ]);
      expect((await store.blobSizes([])).size).toBe(0);
    });

    test('the same again does nothing, also at the same time', async () => {
      const store = await makeStore();
      const bytes = Buffer.from('same');
      await Promise.all(
        Array.from({ length: 4 }, () => store.transaction((tx) => store.putBlob('d'.repeat(64), bytes, tx))),
      );
      await store.putBlob('d'.repeat(64), bytes);
      expect(Buffer.from((await store.getBlob('d'.repeat(64))) ?? [])).toEqual(bytes);
    });

    test('belong to their transaction until it commits', async () => {
      const store = await makeStore();
      const digest = 'e'.repeat(64);
      await store.transaction(async (tx) => {
        await store.putBlob(digest, Buffer.from('own'), tx);
        expect((await store.blobSizes([digest], tx)).get(digest)).toBe(3);
        expect((await store.blobSizes([digest])).size).toBe(0);
        expect(await store.getBlob(digest)).toBeUndefined();
      });
      expect((await store.getBlob(digest))?.length).toBe(3);
    });
  });

  test('a ledger on it: own and shared transactions, proofs across tiles', async () => {
    const store = await makeStore();
    const ledger = createLedger({ store, signer: ephemeralSigner(), clock: settableClock('2026-01-01T00:00:00Z') });
    const draft = (n: number) => ({ incident: `inc_${n % 3}`, kind: 'test', actor: 'tester', body: { n } });
    const shared = Array.from({ length: 300 }, (_, n) => ledger.append([draft(n)]));
    const inTransaction = store.transaction((tx) =>
      ledger.append(
        Array.from({ length: 300 }, (_, n) => draft(300 + n)),
        tx,
      ),
    );
    const indexes = (await Promise.all([...shared, inTransaction])).flatMap((appended) => appended.indexes);
    expect(indexes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 600 }, (_, at) => at));
    const range = new CompactRange();
    for (let from = 0; from < 600; ) {
      for (const { record } of await store.entries(from, 256)) {
        range.push(hashLeaf(record), 0);
        from += 1;
      }
    }
    expect(Buffer.from(await ledger.root(600))).toEqual(Buffer.from(range.root()));
    expect((await ledger.proof(299, 600)).length).toBe(10);
  });
}
