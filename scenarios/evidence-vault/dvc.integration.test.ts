/** Datasets of the real DVC: what it wrote down is referred to by its digests, and what was changed since is told. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import versioned from '../../packages/platform/src/connectors/data/snapshots/versioned.ts';
import { takenBy } from '../../packages/platform/src/intake/testing/pieces.case.ts';

const { FIREBREAK_DVC = '' } = process.env;
const run = promisify(execFile);
const folder = await realpath(await mkdtemp(join(tmpdir(), 'firebreak-dvc-')));
const checkout = join(folder, 'checkout');
const rows = 'id,label\r\n1,a\r\n';

async function dvc(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, HOME: folder, DVC_NO_ANALYTICS: '1', DVC_SITE_CACHE_DIR: join(folder, 'site') };
  return (await run(FIREBREAK_DVC, args, { cwd: checkout, env })).stdout;
}

const take = () => takenBy(versioned, `data:Dvc/${checkout}`, { folders: [checkout] });
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

beforeAll(async () => {
  if (FIREBREAK_DVC === '') throw new Error('FIREBREAK_DVC must name the program: run peers/dvc/install.');
  await mkdir(join(checkout, 'images', 'ü'), { recursive: true });
  await mkdir(join(checkout, 'made'));
  await writeFile(join(checkout, 'train.csv'), rows);
  await writeFile(join(checkout, 'images', 'b.png'), 'b');
  await writeFile(join(checkout, 'images', 'a.png'), 'a');
  await writeFile(join(checkout, 'images', 'ü', '"quoted" 😀'), 'c');
  await dvc('init', '-q', '--no-scm');
  await dvc('add', '-q', 'train.csv', 'images');
  await dvc(
    'stage',
    'add',
    '-q',
    '-n',
    'train',
    '-w',
    'made',
    '-d',
    '../train.csv',
    '-o',
    'model',
    'cp ../train.csv model',
  );
  await dvc('repro', '-q');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('its files are taken, and what they name is referred to by the digests that DVC gave, which are those of what lies there', async () => {
  const { bytes, references, missing } = await take();
  expect([...bytes.keys()]).toEqual(['dvc.lock', 'dvc.yaml', 'images.dvc', 'train.csv.dvc']);
  const digests = new Map(references.map(({ name, digest }) => [name, digest]));
  expect(digests).toEqual(
    new Map([
      ['dvc.lock/model', `md5:${md5(rows)}`],
      ['dvc.lock/../train.csv', `md5:${md5(rows)}`],
      ['images.dvc/images', `md5:${/md5: (\S+)/.exec(String(bytes.get('images.dvc')))?.[1]}`],
      ['train.csv.dvc/train.csv', `md5:${md5(rows)}`],
    ]),
  );
  expect(digests.get('images.dvc/images')).toMatch(/\.dir$/);
  for (const { because } of references) expect(because).toContain('what lies here has it');
  expect(missing).toEqual([]);
});

test('what was changed since is told, as DVC itself tells it', async () => {
  await appendFile(join(checkout, 'images', 'a.png'), 'poison');
  await rm(join(checkout, 'made', 'model'));
  const { references, missing } = await take();
  expect(missing.map(({ where }) => where)).toEqual(['images.dvc/images']);
  expect(missing[0]?.reason).toContain('It was changed since DVC wrote it down');
  expect(references.find(({ name }) => name === 'dvc.lock/model')?.because).toContain('nothing was here to compare');
  expect(await dvc('status')).toMatch(/modified:\s+images/);
});
