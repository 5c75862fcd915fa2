import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FirebreakError } from '@firebreak/contract';
import { afterAll, expect, test } from 'vitest';
import { lockData } from './data-lock.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-lock-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
const attempt = (folder: string) =>
  lockData(folder).catch((error: unknown) => {
    if (error instanceof FirebreakError) return error.code;
    throw error;
  });

test('one owner at a time', async () => {
  const folder = newFolder();
  const first = await lockData(folder);
  expect(await attempt(folder)).toBe('FB-STORAGE-LOCKED');
  await first.release();
  const second = await lockData(folder);
  expect(await attempt(folder)).toBe('FB-STORAGE-LOCKED');
  await second.release();
});

test('a dead owner is followed, also when its process id has come again', async () => {
  const folder = newFolder();
  const first = await lockData(folder);
  const [name = ''] = readdirSync(folder);
  const owner = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  writeFileSync(join(folder, name), JSON.stringify({ ...owner, pid: 2 ** 22 + 1 }));
  const second = await lockData(folder);
  expect(second).not.toBe(first);
  await second.release();
  if (process.platform !== 'linux') return;
  const last = readdirSync(folder).at(-1) ?? '';
  writeFileSync(join(folder, last), JSON.stringify({ ...owner, started: 'another boot/1' }));
  await (await lockData(folder)).release();
});

test('of many who see the same stale lock one gets in', async () => {
  for (let round = 0; round < 20; round += 1) {
    const folder = newFolder();
    writeFileSync(join(folder, 'lock.7'), JSON.stringify({ pid: 2 ** 22 + 1, started: null, token: 'gone' }));
    const results = await Promise.all(Array.from({ length: 8 }, () => attempt(folder)));
    expect(results.filter((result) => result !== 'FB-STORAGE-LOCKED').length).toBe(1);
  }
});

test('a lock file that was cut off by a crash of the machine counts as left', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'lock.3'), '{"pid":');
  await (await lockData(folder)).release();
});
