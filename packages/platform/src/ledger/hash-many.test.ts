/** Bulk hashing against hashing one by one, which RFC 6962's published vectors judge (`merkle.test.ts`). */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CompactRange } from './compact-range.ts';
import { hashLeaves, hashPairs } from './hash-many.ts';
import { hashLeaf, hashNode } from './merkle.ts';
import type { NewNode } from './store.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const records = fc.array(fc.uint8Array({ maxLength: 900, size: 'max' }), { maxLength: 40 });

test('records of every length up to two that OpenSSL gets, hashed together', () => {
  const all = Array.from({ length: 1000 }, (_, length) => Buffer.alloc(length, length));
  expect(hex(hashLeaves(all))).toBe(all.map((record) => hex(hashLeaf(record))).join(''));
});

test('whatever the records and their order', () => {
  fc.assert(
    fc.property(records, (all) => {
      expect(hex(hashLeaves(all))).toBe(all.map((record) => hex(hashLeaf(record))).join(''));
    }),
  );
});

test.each([0, 1, 2, 3, 4, 5, 8, 4095, 4096, 4097, 9001])('a row of %i pairs', (pairs) => {
  const row = Buffer.alloc(pairs * 64);
  for (let at = 0; at < row.length; at += 1) row[at] = (at * 31 + (at >> 6)) & 0xff;
  const one = (at: number) => row.subarray(at * 32, (at + 1) * 32);
  const above = Array.from({ length: pairs }, (_, at) => hex(hashNode(one(2 * at), one(2 * at + 1)))).join('');
  expect(hex(hashPairs(row))).toBe(above);
  expect(hex(hashPairs(row.subarray(0, Math.max(0, row.length - 32))))).toBe(
    above.slice(0, Math.max(0, pairs - 1) * 64),
  );
});

test('a tree that grows by rows is the one that grows by leaves', () => {
  const steps = fc.array(fc.oneof(fc.nat(9), fc.nat(700)), { maxLength: 6 });
  const byPlace = (a: NewNode, b: NewNode) => a.level - b.level || a.index - b.index;
  const shown = (nodes: NewNode[]) =>
    nodes.sort(byPlace).map(({ level, index, hash }) => `${level}/${index} ${hex(hash)}`);
  fc.assert(
    fc.property(steps, (counts) => {
      const [rows, leaves] = [new CompactRange(), new CompactRange()];
      const [ofRows, ofLeaves]: [NewNode[], NewNode[]] = [[], []];
      for (const count of counts) {
        const from = leaves.size;
        const hashes = hashLeaves(Array.from({ length: count }, (_, at) => Buffer.from(`record ${from + at}`)));
        rows.pushAll(hashes, ofRows);
        for (let at = 0; at < count; at += 1) leaves.push(hashes, at * 32, ofLeaves);
        expect(rows.size).toBe(leaves.size);
        expect(hex(rows.frontier())).toBe(hex(leaves.frontier()));
        expect(hex(rows.root())).toBe(hex(leaves.root()));
      }
      expect(shown(ofRows)).toEqual(shown(ofLeaves));
    }),
    { numRuns: 60 },
  );
});
