/**
 * Six models that others signed: all verify, and nothing about them can be changed without being refused. The files are small
 * enough to try every bit of them; of the signatures, bits are drawn, and every field is taken out, emptied and doubled.
 */
import { chmod, cp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelVerdict } from '@firebreak/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyOf, hasCorpus, signedModels, verdictOn } from './signed-models.ts';

const codes = ({ reasons }: ModelVerdict) => reasons.map(({ code }) => code);

test.skipIf(!hasCorpus)('corpus not present, or six models', () => {
  expect(signedModels.length).toBe(6);
});

describe.each(signedModels.map((model) => [model.name, model] as const))('%s', (_, model) => {
  let folder: string;
  beforeAll(async () => {
    folder = await copyOf(model);
    for (const file of [...model.files, 'model.sig']) await chmod(join(folder, file), 0o644);
    await chmod(folder, 0o755);
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Changes a copy of the copy, and says what is thought of it. */
  async function changed(change: (at: (name: string) => string) => Promise<unknown>): Promise<ModelVerdict> {
    const other = `${folder}-changed`;
    await cp(folder, other, { recursive: true });
    try {
      await change((name) => join(other, name));
      return await verdictOn(model, other);
    } finally {
      await rm(other, { recursive: true });
    }
  }

  test('verifies', async () => {
    const verdict = await verdictOn(model, folder);
    expect(verdict).toMatchObject({ verdict: 'verified', reasons: [], missing: [], extra: [], changed: [] });
    expect(verdict.files).toBe(model.files.length);
  });

  test('every bit of every file counts', async () => {
    for (const file of model.files) {
      const bytes = await readFile(join(folder, file));
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const other = Buffer.from(bytes);
        other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
        await writeFile(join(folder, file), other);
        const verdict = await verdictOn(model, folder);
        expect(verdict.verdict).toBe('refused');
        expect(verdict.changed.map(({ name }) => name)).toEqual([model.single ? '.' : file]);
      }
      await writeFile(join(folder, file), bytes);
    }
  });

  test('no file can be cut, lengthened, renamed, removed, added or put behind a link', async () => {
    const [first = ''] = model.files;
    const name = model.single ? '.' : first;
    const content = await readFile(join(folder, first));
    for (const other of [Buffer.concat([content, Buffer.of(0)]), content.subarray(1), Buffer.alloc(0)]) {
      const verdict = await changed((at) => writeFile(at(first), other));
      expect(verdict.changed.map((one) => one.name)).toEqual([name]);
    }
    const inside = await changed(async (at) => {
      await rename(at(first), at('elsewhere'));
      await symlink('elsewhere', at(first));
    });
    expect(codes(inside)).toContain('FB-SIGNATURE-LINK');
    const outside = await changed(async (at) => {
      await rm(at(first));
      await symlink(join(folder, first), at(first));
    });
    expect(codes(outside)).toContain('FB-SIGNATURE-LINK');
    const removed = await changed((at) => rm(at(first)));
    if (model.single) {
      expect(removed.verdict).toBe('unknown');
      return;
    }
    expect(removed).toMatchObject({ verdict: 'refused', missing: [first], extra: [] });
    const renamed = await changed((at) => rename(at(first), at('signme-3')));
    expect(renamed).toMatchObject({ verdict: 'refused', missing: [first], extra: ['signme-3'] });
    const added = await changed((at) => writeFile(at('.hidden'), ''));
    expect(added).toMatchObject({ verdict: 'refused', missing: [], extra: ['.hidden'], changed: [] });
    const linked = await changed((at) => symlink(folder, at('more')));
    expect(codes(linked)).toEqual(['FB-SIGNATURE-LINK']);
    const swapped = await changed(async (at) => {
      await rename(at('signme-1'), at('third'));
      await rename(at('signme-2'), at('signme-1'));
      await rename(at('third'), at('signme-2'));
    });
    expect(swapped.changed.map((one) => one.name)).toEqual(['signme-1', 'signme-2']);
  });

  test('bits of the signature count', async () => {
    const bytes = await readFile(join(folder, 'model.sig'));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length * 8 - 1 }), async (bit) => {
        const other = Buffer.from(bytes);
        other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
        expect((await verdictOn(model, folder, other)).verdict).toBe('refused');
      }),
      { numRuns: 150 },
    );
  });

  test('every field of the signature counts, and none may be added', async () => {
    const bundle: unknown = JSON.parse(await readFile(join(folder, 'model.sig'), 'utf8'));
    let tried = 0;
    for (const path of pathsOf(bundle)) {
      for (const edit of [remove, emptied, doubled, stranger]) {
        const other = structuredClone(bundle);
        if (!edit(other, path)) continue;
        tried += 1;
        const verdict = await verdictOn(model, folder, Buffer.from(JSON.stringify(other)));
        expect(verdict.verdict, `${edit.name} ${path.join('.')}`).toBe(isBare(edit, path) ? 'verified' : 'refused');
      }
    }
    expect(tried).toBeGreaterThan(25);
  });

  test('the signature of another model does not serve', async () => {
    for (const other of signedModels) {
      const theirs = await copyOf(other);
      try {
        const verdict = await verdictOn(model, folder, await readFile(join(theirs, 'model.sig')));
        const same = other.name === model.name || isSameModel(other.name, model.name);
        expect(verdict.verdict === 'verified', other.name).toBe(same);
      } finally {
        await rm(theirs, { recursive: true });
      }
    }
  });
});

/** Both versions signed the same files with the same key, except where one signed a single file. */
const isSameModel = (one: string, other: string) => one.slice(7) === other.slice(7) && !one.endsWith('-elliptic-key');

type Path = readonly (string | number)[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]))];
}

const parentOf = (bundle: unknown, path: Path) =>
  path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], bundle) as Record<
    string,
    unknown
  >;

function remove(bundle: unknown, path: Path): boolean {
  const key = path.at(-1);
  if (key === undefined) return false;
  const parent = parentOf(bundle, path);
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return true;
}

function emptied(bundle: unknown, path: Path): boolean {
  const key = path.at(-1);
  if (key === undefined) return false;
  const parent = parentOf(bundle, path);
  const value = parent[key];
  if (value === null || value === '') return false;
  parent[key] = typeof value === 'string' ? '' : Array.isArray(value) ? [] : {};
  return JSON.stringify(value) !== JSON.stringify(parent[key]);
}

function doubled(bundle: unknown, path: Path): boolean {
  const parent = path.length === 0 ? undefined : parentOf(bundle, path);
  if (!Array.isArray(parent)) return false;
  parent.push(structuredClone(parent[Number(path.at(-1))]));
  return true;
}

function stranger(bundle: unknown, path: Path): boolean {
  const value = path.length === 0 ? bundle : parentOf(bundle, path)[path.at(-1) as string];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  (value as Record<string, unknown>).unknownField = true;
  return true;
}

/**
 * What says nothing may be absent: an id of the key that is null, a holder of timestamps that holds none, and the description of a
 * key that the caller has brought.
 */
function isBare(edit: (bundle: unknown, path: Path) => boolean, path: Path): boolean {
  const name = path.join('.');
  return edit === remove && /\.(keyid|timestampVerificationData|publicKey\.keyDetails)$/.test(`.${name}`);
}
