/** A file of somebody else's: changed in one step, brought back to the byte, and left alone where it is not ours to change. */
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Attempt } from '@firebreak/contract';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FileDesk, fileChange } from './file-change.ts';
import { copyOf, shaOf } from './kept-file.ts';
import { edited, parsed, valueAt } from './text-edits.ts';

interface Params {
  readonly file: string;
}
const change = fileChange<Params, FileDesk>(async ({ session }) => session, {
  file: ({ file }) => file,
  object: ({ file }) => file,
  places: () => [['a', 'on'], ['gone']],
  edits: (value) => [
    ...(valueAt(value, ['a', 'on']) === false ? [] : [{ path: ['a', 'on'], value: false }]),
    ...(valueAt(value, ['gone']) === undefined ? [] : [{ path: ['gone'] }]),
  ],
  shown: () => 'shown',
});

const text = `{
  // whose it is
  "a": { "on": true, "more": [1, 2,], },
  "gone": "hunter2", /* why */
  "last": 1
}\r\n`;
let root = '';
const at = (name: string) => join(root, name);
const params = { file: 'sub/settings.json' };
const attempt = (force = false): Attempt<FileDesk> => ({
  session: { root },
  signal: new AbortController().signal,
  key: 'test',
  ...(force ? { force } : {}),
});
const read = async () => (await change.read(attempt(), params)).record;
const content = (name = params.file) => readFile(at(name), 'utf8');

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'firebreak-files-'));
  await mkdir(at('sub'));
  await writeFile(at(params.file), text);
  await chmod(at(params.file), 0o640);
});
afterEach(() => rm(root, { recursive: true, force: true }));

test('one step there, and every byte back; the record holds nothing of the content', async () => {
  const before = await read();
  expect(JSON.stringify(before)).not.toContain('hunter2');
  expect(JSON.stringify(change.preview(params, before))).not.toContain('hunter2');
  expect(await change.apply(attempt(), params, before)).toEqual({ outcome: 'done' });
  const now = await content();
  expect(parsed(now, 'json')).toEqual({ a: { on: false, more: [1, 2] }, last: 1 });
  expect(now).toContain('// whose it is');
  expect((await stat(at(params.file))).mode & 0o777).toBe(0o640);
  expect((await stat(at(copyOf(params.file, before.sha ?? '')))).mode & 0o777).toBe(0o640);
  expect(await readdir(at('sub'))).toHaveLength(2);
  expect(change.inEffect(await read(), params, before)).toBe(true);
  // Twice is once.
  expect(await change.apply(attempt(), params, before)).toEqual({ outcome: 'done' });
  expect(await content()).toBe(now);

  expect(await change.reversal.restore(attempt(), params, before)).toEqual({ outcome: 'done' });
  expect(await content()).toBe(text);
  expect(await readdir(at('sub'))).toEqual(['settings.json']);
  expect(change.reversal.restored(await read(), params, before)).toBe(true);
  expect(await change.reversal.restore(attempt(), params, before)).toEqual({ outcome: 'done' });
});

test('a copy that an attempt left before it died is used, and half a copy is made anew', async () => {
  const before = await read();
  const copy = copyOf(params.file, before.sha ?? '');
  await writeFile(at(copy), 'half');
  expect(await change.apply(attempt(), params, before)).toEqual({ outcome: 'done' });
  expect(await content(copy)).toBe(text);
});

test('what somebody changed before us is refused; what they change elsewhere after us stays; in our place it is theirs', async () => {
  const before = await read();
  await writeFile(at(params.file), text.replace('"last": 1', '"last": 2'));
  expect(await change.apply(attempt(), params, before)).toMatchObject({ outcome: 'refused', code: 'FB-STEP-CHANGED' });

  await writeFile(at(params.file), text);
  expect(await change.apply(attempt(), params, before)).toEqual({ outcome: 'done' });
  await writeFile(at(params.file), (await content()).replace('"last": 1', '"last": 3'));
  expect(await change.reversal.restore(attempt(), params, before)).toEqual({ outcome: 'done' });
  expect(parsed(await content(), 'json')).toEqual({ a: { on: true, more: [1, 2] }, gone: 'hunter2', last: 3 });
  expect(change.reversal.restored(await read(), params, before)).toBe(true);

  await writeFile(at(params.file), text);
  expect(await change.apply(attempt(), params, before)).toEqual({ outcome: 'done' });
  await writeFile(at(params.file), (await content()).replace('"on": false', '"on": "ask"'));
  const theirs = await content();
  expect(await change.reversal.restore(attempt(), params, before)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
  expect(await content()).toBe(theirs);
  expect(await change.reversal.restore(attempt(true), params, before)).toEqual({ outcome: 'done' });
  expect(parsed(await content(), 'json')).toMatchObject({ a: { on: true }, gone: 'hunter2' });
});

test('without the copy there is no way back that could be trusted', async () => {
  const before = await read();
  await change.apply(attempt(), params, before);
  await writeFile(at(copyOf(params.file, before.sha ?? '')), '{}');
  expect(await change.reversal.restore(attempt(), params, before)).toMatchObject({ code: 'FB-UNDO-CHANGED' });
  expect(parsed(await content(), 'json')).toMatchObject({ a: { on: false } });
});

describe('never out of the folder', () => {
  const fails = (file: string) =>
    expect(change.read(attempt(), { file })).rejects.toMatchObject({ code: 'FB-SOURCE-UNREADABLE' });
  test.each(['../settings.json', 'sub/../sub/settings.json', '/etc/passwd', 'sub//settings.json', './x', ''])(
    '%j',
    fails,
  );
  test('by a link to a file, by a link to a folder, by a hard link; no folder, no device', async () => {
    await symlink(at(params.file), at('link.json'));
    await fails('link.json');
    await symlink(at('sub'), at('other'));
    await fails('other/settings.json');
    await fails('sub');
    await link(at(params.file), at('hard.json'));
    await fails('hard.json');
    await fails(params.file);
  });
  test('a link that is put in the place of the file between reading and writing is not followed', async () => {
    const before = await read();
    await writeFile(at('victim.json'), text);
    await rm(at(params.file));
    await symlink(at('victim.json'), at(params.file));
    expect(await change.apply(attempt(), params, before)).toMatchObject({ outcome: 'refused' });
    expect(await content('victim.json')).toBe(text);
  });
});

test('a file that is not there, is no JSON, is no text, or nests without end', async () => {
  expect((await change.read(attempt(), { file: 'no.json' })).record).toMatchObject({ sha: null });
  const nothing = { sha: null, values: [], holds: false, objection: null };
  expect(await change.apply(attempt(), { file: 'no.json' }, nothing)).toMatchObject({ outcome: 'refused' });
  for (const bad of ['{', Buffer.from([0xff, 0xfe, 0x7b]), '['.repeat(100_000)]) {
    await writeFile(at('bad.json'), bad);
    await expect(change.read(attempt(), { file: 'bad.json' })).rejects.toMatchObject({ name: 'FirebreakError' });
  }
});

describe('single values in a text', () => {
  const key = fc.stringMatching(/^[a-z]{1,6}$/);
  const value = fc.oneof(fc.boolean(), fc.integer(), fc.string(), fc.array(fc.integer(), { maxLength: 3 }));
  const object = fc.dictionary(key, fc.oneof(value, fc.dictionary(key, value, { maxKeys: 4 })), { maxKeys: 6 });
  test.each(['json', 'yaml'] as const)(
    '%s: what is set is set, what is taken out is out, all else is as it was',
    (syntax) => {
      fc.assert(
        fc.property(
          object,
          key,
          value,
          fc.boolean(),
          fc.constantFrom(0, 2, '\t'),
          (before, name, wanted, sets, indent) => {
            const written = JSON.stringify(before, null, indent);
            const edit = sets ? { path: [name], value: wanted } : { path: [name] };
            const after = { ...before, ...(sets ? { [name]: wanted } : {}) };
            if (!sets) delete after[name];
            expect(parsed(edited(written, syntax, [edit]), syntax)).toEqual(after);
          },
        ),
        { numRuns: 300 },
      );
    },
  );
  test('comments and order of YAML stay, and a byte order mark of JSON', () => {
    const yaml = '# top\nb: 1 # one\na:\n  - x # first\n  - y\n';
    expect(edited(yaml, 'yaml', [{ path: ['a', 1], value: 'z' }])).toBe(
      '# top\nb: 1 # one\na:\n  - x # first\n  - z\n',
    );
    expect(edited('\uFEFF{"a":1}', 'json', [{ path: ['a'], value: 2 }])).toBe('\uFEFF{"a":2}');
    expect(shaOf('')).toHaveLength(64);
  });
});
