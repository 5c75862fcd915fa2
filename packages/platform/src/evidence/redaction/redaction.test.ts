import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RedactedCopy } from '@firebreak/contract';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { ephemeralSigner } from '../../ledger/key.ts';
import { hashLeaf, verifyInclusion } from '../../ledger/merkle.ts';
import { testServer } from '../../storage/test-database.ts';
import { folderStore } from '../stores/folder.ts';
import { openTestVault, pieceOf } from '../testing/vault.case.ts';
import { fieldsRoot, leavesOf, recordFrom } from './commitment.ts';
import { treePath, treeRoot } from './tree.ts';
import { verifyRedacted } from './verify.ts';

const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'firebreak-redaction-'));
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});
const never = new AbortController().signal;

test('every path of every small tree leads to its root, and to no other', () => {
  const leaves = Array.from({ length: 40 }, (_, at) => hashLeaf(Buffer.from([at])));
  for (let size = 1; size <= leaves.length; size += 1) {
    const some = leaves.slice(0, size);
    const root = treeRoot(some);
    for (const [index, leafHash] of some.entries()) {
      const proof = treePath(some, index);
      expect(verifyInclusion({ index, size, leafHash, root, proof })).toBe(true);
      expect(verifyInclusion({ index, size, leafHash: hashLeaf(Buffer.from('x')), root, proof })).toBe(false);
    }
  }
});

const plain = fc.jsonValue({ maxDepth: 4 });

test('different records have different leaves, and the same seed and record the same root', () => {
  const seed = Buffer.alloc(32, 3);
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      const leaves = leavesOf(one) ?? [];
      const others = leavesOf(other) ?? [];
      const isSame = JSON.stringify(leaves) === JSON.stringify(others);
      expect(fieldsRoot(leaves, seed) === fieldsRoot(others, seed)).toBe(isSame);
      expect(fieldsRoot(leaves, Buffer.alloc(32, 4))).not.toBe(fieldsRoot(leaves, seed));
    }),
  );
});

test('objects come back from their leaves', () => {
  const names = fc.string({ minLength: 1, maxLength: 6 }).filter((name) => !/^(0|[1-9]\d*)$/.test(name));
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant({}), fc.constant([]));
  const nested = fc.dictionary(names, fc.oneof(scalar, fc.dictionary(names, scalar, { minKeys: 1 })), { minKeys: 1 });
  fc.assert(
    fc.property(nested, (record) => {
      const sent: unknown = JSON.parse(JSON.stringify(record));
      expect(JSON.parse(JSON.stringify(recordFrom(leavesOf(sent) ?? [])))).toEqual(sent);
    }),
  );
});

test('a copy with fields left out is proven by itself; any change to it shows', async () => {
  const record = {
    model: 'fraud',
    owner: { name: 'Ada', mail: 'ada@example.org' },
    tags: ['a', 'b'],
    score: 1,
    'a/b~c': null,
  };
  const pieces = () => [
    pieceOf('card.json', JSON.stringify(record)),
    pieceOf('other.json', '{"x":1}'),
    pieceOf('text', 'no record'),
  ];
  const place = await openTestVault(await server.database(), [folderStore('local', folder)], pieces);
  const taken = await (
    await place.vault.begin({ subject: 'test:Thing/x', incident: null, by: 'ada', reason: 'r' }, never)
  ).ended;
  const wish = { snapshot: taken.id, piece: 'card.json', by: 'ada', reason: 'share' };
  const copy = await place.vault.redact({ ...wish, hide: ['/owner', '/tags/1', '/a~1b~0c'] }, never);
  await expect(place.vault.redact({ ...wish, hide: ['/nowhere'] }, never)).rejects.toMatchObject({ code: 'FB-USAGE' });
  await expect(place.vault.redact({ ...wish, piece: 'text', hide: ['/x'] }, never)).rejects.toMatchObject({
    code: 'FB-USAGE',
  });
  await place.close();

  const text = JSON.stringify(copy);
  expect(text).not.toMatch(/Ada|ada@/);
  const key = copy.verifierKey;
  const report = verifyRedacted(text, key);
  expect(report).toMatchObject({ ok: true, shown: 3, hidden: 4, takenBy: 'ada', keySource: 'given' });
  expect(report.record).toEqual({ model: 'fraud', score: 1, tags: { 0: 'a' } });

  const [first, ...rest] = copy.fields;
  const changes: readonly Partial<RedactedCopy>[] = [
    {
      fields: copy.fields.map((field) =>
        'value' in field && field.value === 'fraud' ? { ...field, value: 'fraum' } : field,
      ),
    },
    { fields: rest },
    { fields: [...rest, ...(first === undefined ? [] : [first])] },
    { fields: [...copy.fields, { hash: '0'.repeat(64) }] },
    { fields: copy.fields.map((field) => ('hash' in field ? { hash: '0'.repeat(64) } : field)) },
    {
      fields: copy.fields.map((field) =>
        'pointer' in field && field.pointer === '/score' ? { ...field, pointer: '/scare' } : field,
      ),
    },
    { piece: 'other.json' },
    { snapshot: 'snap_other' },
    { place: { ...copy.place, index: 1 } },
    { place: { ...copy.place, size: 3 } },
    { place: { ...copy.place, path: [] } },
    { entry: Buffer.from(Buffer.from(copy.entry, 'base64').toString().replace('"ada"', '"eve"')).toString('base64') },
    { proof: copy.proof.replace('index', 'Index') },
    { verifierKey: ephemeralSigner().verifierKey },
    { entry: '' },
  ];
  for (const change of changes) expect(verifyRedacted(JSON.stringify({ ...copy, ...change }), key).ok).toBe(false);
  expect(verifyRedacted(text).keySource).toBe('embedded');
  expect(verifyRedacted(text, ephemeralSigner().verifierKey).ok).toBe(false);
  for (const bad of ['', '{}', '[]', text.slice(1)])
    expect(() => verifyRedacted(bad)).toThrow(expect.objectContaining({ code: 'FB-EVIDENCE-UNREADABLE' }));
  expect(() => verifyRedacted(text, 'no key')).toThrow(expect.objectContaining({ code: 'FB-USAGE' }));
});
