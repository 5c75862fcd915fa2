import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keyFileName, loadOrCreateSigner } from './key.ts';
import { noteVerifier, openNote, signNote } from './note.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'firebreak-key-'));
});
afterEach(() => rm(directory, { recursive: true }));

test('the first use makes a key that only the owner can read, the next finds it', async () => {
  const made = await loadOrCreateSigner(join(directory, 'data'));
  expect(made.name).toMatch(/^firebreak\.local\/[a-z2-7]{20}$/);
  const path = join(directory, 'data', keyFileName);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory, 'data'))).toEqual([keyFileName]);
  const found = await loadOrCreateSigner(join(directory, 'data'), 'ignored.example');
  expect(found.verifierKey).toBe(made.verifierKey);
  const verifier = noteVerifier(made.verifierKey);
  expect(openNote(Buffer.from(signNote('x\n', [found])), verifier === undefined ? [] : [verifier]).ok).toBe(true);
});

test('a name may be given, and must be one', async () => {
  const signer = await loadOrCreateSigner(directory, 'ledger.example/firebreak');
  expect(signer.verifierKey.startsWith('ledger.example/firebreak+')).toBe(true);
  const text = await readFile(join(directory, keyFileName), 'utf8');
  expect(text).toMatch(/^PRIVATE\+KEY\+ledger\.example\/firebreak\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}\n$/);
  await expect(loadOrCreateSigner(join(directory, 'other'), 'two words')).rejects.toThrow(FirebreakError);
});

test.each(['', 'PRIVATE+KEY+a+00000000+AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB', 'rubbish'])(
  'a file that holds %j stops the start and stays as it is',
  async (content) => {
    const path = join(directory, keyFileName);
    await writeFile(path, content, { mode: 0o600 });
    await expect(loadOrCreateSigner(directory)).rejects.toMatchObject({ code: 'FB-LEDGER-KEY-INVALID' });
    expect(await readFile(path, 'utf8')).toBe(content);
  },
);

test.skipIf(process.platform === 'win32')('a key that others can read is not used', async () => {
  await loadOrCreateSigner(directory);
  await chmod(join(directory, keyFileName), 0o640);
  await expect(loadOrCreateSigner(directory)).rejects.toMatchObject({ code: 'FB-LEDGER-KEY-INVALID' });
});
