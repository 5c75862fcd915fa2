/**
 * The memory of a snapshot does not grow with what is taken: one file of 300 MB, clear and sealed, by the command line as people use it,
 * beside a snapshot of a few bytes. A file that is held whole anywhere on its way is over the bound.
 */
import { execFile } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { someAgeRecipient } from '../../packages/platform/src/evidence/testing/age-recipient.case.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const root = new URL('../../', import.meta.url).pathname;
const main = join(root, 'packages/platform/src/app/main.ts');
const megabyte = 1024 * 1024;
const large = 300 * megabyte;
const server = await testServer();
const folder = await mkdtemp(join(tmpdir(), 'firebreak-memory-'));
let least: number;

/** Most memory, in bytes, of a command that takes this folder. */
async function takenIn(data: string, settings: object): Promise<number> {
  const place = await mkdtemp(join(folder, 'place-'));
  const told = join(place, 'memory');
  const tell = `process.on('exit',()=>require('node:fs').writeFileSync(${JSON.stringify(told)},String(process.resourceUsage().maxRSS)))`;
  const preload = join(place, 'tell.cjs');
  await writeFile(preload, tell);
  await writeFile(join(place, 'evidence.json'), JSON.stringify(settings));
  const args = ['evidence', 'take', `data:Folder/${data}`, '--reason', 'measured', '--as', 'ada', '--json'];
  const where = ['--data', place, '--database', await server.database(), '--evidence', join(place, 'evidence.json')];
  const { stdout } = await promisify(execFile)(process.execPath, ['--require', preload, main, ...args, ...where], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1' },
  });
  expect(JSON.parse(stdout)).toMatchObject({ state: 'complete', pieces: 1 });
  const kilobytes = Number(await readFile(told, 'utf8'));
  await rm(place, { recursive: true });
  return kilobytes * 1024;
}

const into = (name: string) => ({ stores: [{ name: 'local', kind: 'folder', path: join(folder, name) }] });

beforeAll(async () => {
  await mkdir(join(folder, 'few'));
  await writeFile(join(folder, 'few', 'one'), 'a few bytes');
  await mkdir(join(folder, 'large'));
  const file = await open(join(folder, 'large', 'one'), 'w');
  const stream = createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16));
  const zeros = Buffer.alloc(megabyte);
  for (let size = 0; size < large; size += megabyte) await file.write(stream.update(zeros));
  await file.close();
  least = await takenIn(join(folder, 'few'), into('few-store'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

test('clear: a large file needs no more memory than a few bytes, but for what is under way', async () => {
  expect(await takenIn(join(folder, 'large'), into('store'))).toBeLessThan(least + 150 * megabyte);
});

test('sealed with age likewise', async () => {
  const seal = { age: [await someAgeRecipient()] };
  expect(await takenIn(join(folder, 'large'), { ...into('sealed'), seal })).toBeLessThan(least + 150 * megabyte);
});
