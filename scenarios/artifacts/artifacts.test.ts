/** What an inspection says of a corpus of ours: every published way around a scanner, every lie of a container, and honest models. */
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inspectFiles } from '../../packages/platform/src/artifacts/inspection/inspect-files.ts';
import { operations } from '../../packages/platform/src/artifacts/inspection/pickle/operations.case.ts';
import { honestArtifacts, onnx } from './honest.ts';
import { hostileArtifacts } from './hostile.ts';
import { inspected } from './inspected.ts';
import { packedNothing, twoFaced } from './packed.ts';

const worse = ['safe', 'suspicious', 'cannot-tell', 'unsafe'];
const hostile = hostileArtifacts();
const honest = Object.entries(honestArtifacts());

test('hostile artifacts are not called safe, and honest ones are', async () => {
  const missed: string[] = [];
  const weak: string[] = [];
  for (const { name, bytes, atLeast = 'unsafe' } of hostile) {
    const { verdict } = await inspected(bytes, { unpacked: 64 << 20 });
    if (verdict === 'safe') missed.push(name);
    if (worse.indexOf(verdict) < worse.indexOf(atLeast)) weak.push(`${name}: ${verdict}, should be ${atLeast}`);
  }
  const alarmed: string[] = [];
  for (const [name, bytes] of honest) {
    const { verdict, reasons } = await inspected(bytes);
    if (verdict !== 'safe') alarmed.push(`${name}: ${verdict} ${reasons[0]?.what}`);
  }
  const caught = hostile.length - missed.length;
  console.log(
    `artifacts: ${hostile.length} hostile, recall ${(caught / hostile.length).toFixed(4)}; ${honest.length} honest, precision ${(caught / (caught + alarmed.length)).toFixed(4)}`,
  );
  expect(missed).toEqual([]);
  expect(alarmed).toEqual([]);
  expect(weak).toEqual([]);
  expect(hostile.length).toBeGreaterThan(390);
});

test('the call is found after every operation of Python 3, and in every format that can hold a pickle', async () => {
  const after = hostile.filter(({ name }) => name.startsWith('pickle: a call after operation'));
  expect(after.length).toBe(operations.length);
  for (const { name, bytes } of after) {
    const { reasons } = await inspected(bytes);
    expect(
      reasons.some(({ what }) => what.includes('os.system')),
      name,
    ).toBe(true);
  }
  const formats = new Set<string>();
  for (const { bytes } of hostile) formats.add((await inspected(bytes, { unpacked: 64 << 20 })).format);
  for (const format of [
    'pickle',
    'torch-legacy',
    'torch-zip',
    'npy',
    'npz',
    'zip',
    'tar',
    'pickle in gzip',
    'pickle in zlib',
    'pickle in zstd',
    'pickle in xz',
    'pickle in lzma',
    'pickle in bzip2',
    'pickle in lz4',
    'tar in gzip',
  ])
    expect([...formats]).toContain(format);
});

test('a file with two faces is told by both', async () => {
  const verdicts: Record<string, string> = {};
  for (const [name, bytes] of Object.entries(twoFaced(Buffer.from('894844460d0a1a0a', 'hex')))) {
    const { verdict, reasons } = await inspected(bytes);
    verdicts[name] =
      `${verdict} ${reasons.some(({ what }) => what.includes('os.system')) ? 'call' : (reasons[0]?.rule ?? '')}`;
  }
  expect(verdicts).toEqual({
    'LZMA without a dictionary': 'unsafe call',
    'LZMA without a dictionary that is a tar': 'unsafe call',
    'LZMA that is a pickled number': 'unsafe file/two-formats',
    'LZ4 behind a frame that is skipped': 'cannot-tell lz4/bound',
    'a frame of LZ4 that is skipped, as a pickled text': 'cannot-tell lz4/bound',
    'HDF5 in a frame of LZ4 that is skipped': 'unsafe file/two-formats',
    'HDF5 behind a pickle': 'unsafe file/two-formats',
  });
});

test.each(Object.entries(packedNothing))(
  'a file of nothing, packed by %s without end, comes to its bound of time',
  async (_, nothing) => {
    let time = 0;
    const bytes = Buffer.concat(Array.from({ length: 5_000 }, () => nothing));
    const { verdict, reasons } = await inspected(bytes, { until: 1_000 }, () => time++);
    expect(verdict).toBe('cannot-tell');
    expect(reasons[0]?.what).toMatch(/longer to read than the time/);
  },
);

test('data of ONNX behind a link are refused, however the link is made', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'firebreak-onnx-'));
  const { signal } = new AbortController();
  try {
    await writeFile(join(folder, 'real'), Buffer.alloc(8));
    await mkdir(join(folder, 'plain'));
    await mkdir(join(folder, 'model', 'own'), { recursive: true });
    await writeFile(join(folder, 'plain', 'data'), Buffer.alloc(8));
    await writeFile(join(folder, 'model', 'own', 'data'), Buffer.alloc(8));
    // CVE-2026-34447, CVE-2026-34446, CVE-2026-27489.
    await symlink('../real', join(folder, 'model', 'symbolic'));
    await link(join(folder, 'real'), join(folder, 'model', 'hard'));
    await symlink('../plain', join(folder, 'model', 'parent'));
    const verdicts: string[] = [];
    for (const location of ['symbolic', 'hard', 'parent/data', 'own/data']) {
      const path = join(folder, 'model', 'model.onnx');
      await writeFile(path, onnx({ external: [['location', location]] }));
      const wish = { paths: [path], allowed: [], perFile: 60_000, now: () => new Date(), signal };
      verdicts.push((await inspectFiles(wish)).verdict);
    }
    expect(verdicts).toEqual(['unsafe', 'unsafe', 'unsafe', 'safe']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a reason says what would be called, with what, and where', async () => {
  const one = hostile.find(({ name }) => name === 'zip: a payload in data.pkl');
  const { reasons, format } = await inspected(one?.bytes ?? Buffer.alloc(0));
  expect(format).toBe('torch-zip');
  expect(reasons.find(({ rule }) => rule === 'pickle/call')).toMatchObject({
    verdict: 'unsafe',
    inside: ['model/data.pkl'],
    what: "It calls os.system('id'): runs commands; it is not on the list of what models need (REDUCE).",
  });
});

test('whatever is changed in a hostile pickle that still runs its call, it is not safe', async () => {
  const payload = hostile.find(({ name }) => name === 'calls os.system')?.bytes ?? Buffer.alloc(0);
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), async (after) => {
      // What stands after the call cannot take it back.
      expect((await inspected(Buffer.concat([payload.subarray(0, -1), after]))).verdict).toBe('unsafe');
    }),
    { numRuns: 300 },
  );
});

test('mutated artifacts neither crash nor hang the inspection', async () => {
  const seeds = [...honest.map(([, bytes]) => bytes), ...hostile.map(({ bytes }) => bytes)].filter(
    ({ length }) => length < 10_000,
  );
  const change = fc.record({
    seed: fc.nat(seeds.length - 1),
    edits: fc.array(
      fc.record({ at: fc.nat(10_000), byte: fc.nat(255), how: fc.constantFrom('set', 'insert', 'delete', 'cut') }),
      { minLength: 1, maxLength: 8 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ seed, edits }) => {
      let bytes = Buffer.from(seeds[seed] ?? Buffer.alloc(0));
      for (const { at, byte, how } of edits) {
        const place = bytes.length === 0 ? 0 : at % bytes.length;
        if (how === 'set' && bytes.length > 0) bytes[place] = byte;
        else if (how === 'cut') bytes = bytes.subarray(0, place);
        else
          bytes = Buffer.concat([
            bytes.subarray(0, place),
            how === 'insert' ? Buffer.from([byte]) : Buffer.alloc(0),
            bytes.subarray(how === 'delete' ? place + 1 : place),
          ]);
      }
      const { verdict, reasons } = await inspected(bytes, { unpacked: 64 << 20, pickleOperations: 100_000 });
      expect(reasons.length > 0).toBe(verdict !== 'safe');
    }),
    { numRuns: 3000 },
  );
});
