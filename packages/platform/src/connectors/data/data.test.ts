import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { takenBy } from '../../intake/testing/pieces.case.ts';
import folderSnapshot from './snapshots/folder.ts';
import pipeline from './snapshots/pipeline.ts';
import table from './snapshots/table.ts';
import versioned from './snapshots/versioned.ts';

const any = { folders: 'any' } as const;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-data-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function files(name: string, contents: Readonly<Record<string, string>>): Promise<string> {
  for (const [path, content] of Object.entries(contents)) {
    await mkdir(join(folder, name, path, '..'), { recursive: true });
    await writeFile(join(folder, name, path), content);
  }
  return join(folder, name);
}

test('a folder is taken file by file, in order, and links are told of and not followed', async () => {
  const root = await files('plain', { 'b.txt': 'b', 'a/x.txt': 'x', 'a/y.txt': '' });
  await symlink('/etc/passwd', join(root, 'link'));
  await symlink('/', join(root, 'root'));
  const { bytes, missing } = await takenBy(folderSnapshot, `data:Folder/${root}`, any);
  expect([...bytes.keys()]).toEqual(['a/x.txt', 'a/y.txt', 'b.txt', 'link.link', 'root.link']);
  expect(bytes.get('link.link')?.toString()).toBe('{"link":"/etc/passwd"}');
  expect(missing).toEqual([]);
});

test('asked over the network, only the folders that the settings name are taken, also by way of a link', async () => {
  const open = await files('open', { 'ok.txt': 'ok' });
  const closed = await files('closed', { 'secret.txt': 'no' });
  await symlink(closed, join(open, 'way'));
  const session = { folders: [open] };
  expect((await takenBy(folderSnapshot, `data:Folder/${open}`, session)).bytes.has('ok.txt')).toBe(true);
  for (const path of [closed, `${open}/../closed`, join(open, 'way'), '/etc'])
    await expect(takenBy(folderSnapshot, `data:Folder/${path}`, session)).rejects.toMatchObject({
      code: 'FB-EVIDENCE-SUBJECT',
    });
  await expect(takenBy(folderSnapshot, `data:Folder/${open}`, { folders: [] })).rejects.toMatchObject({
    code: 'FB-EVIDENCE-SUBJECT',
  });
});

test('a table: schema, rows, and a digest that knows the rows and not their order', async () => {
  const root = await files('tables', {
    'one.csv': 'id,label\n1,a\n2,b\n',
    'two.csv': 'id,label\n2,b\n1,a\n',
    'other.csv': 'id,label\n2,b\n1,c\n',
    'none.parquet': 'no parquet',
  });
  const about = async (name: string) => {
    const { bytes } = await takenBy(table, `data:Table/${join(root, name)}`, any);
    expect(bytes.get(name)?.length).toBeGreaterThan(0);
    return JSON.parse(bytes.get('table.json')?.toString() ?? '');
  };
  const one = await about('one.csv');
  expect(one).toMatchObject({ rows: 2, columns: [{ name: 'id' }, { name: 'label' }] });
  expect((await about('two.csv')).rowDigest).toBe(one.rowDigest);
  expect((await about('other.csv')).rowDigest).not.toBe(one.rowDigest);
  await expect(about('none.parquet')).rejects.toMatchObject({ code: 'FB-EVIDENCE-PARTIAL' });
});

test('DVC: its files are taken, and what they speak of is referred to by digest', async () => {
  const root = await files('dvc', {
    'data/train.csv.dvc': 'outs:\n- md5: 22a1a2931c8370d3aeedd7183606fd7f\n  size: 14445097\n  path: train.csv\n',
    'dvc.lock':
      'schema: "2.0"\nstages:\n  train:\n    deps:\n    - path: data/train.csv\n      hash: md5\n      md5: 22a1a2931c8370d3aeedd7183606fd7f\n      size: 14445097\n    outs:\n    - path: model.pkl\n      hash: md5\n      md5: 9f1a\n      size: 3\n',
    'data/train.csv': 'not taken',
  });
  const { bytes, references } = await takenBy(versioned, `data:Dvc/${root}`, any);
  expect([...bytes.keys()]).toEqual(['data/train.csv.dvc', 'dvc.lock']);
  expect(references.map(({ name, digest, size }) => [name, digest, size])).toEqual([
    ['data/train.csv.dvc/train.csv', 'md5:22a1a2931c8370d3aeedd7183606fd7f', 14445097],
    ['dvc.lock/model.pkl', 'md5:9f1a', 3],
    ['dvc.lock/data/train.csv', 'md5:22a1a2931c8370d3aeedd7183606fd7f', 14445097],
  ]);
});

test('lakeFS: a branch is the commit that it is at', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.authorization} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ results: [{ id: 'abc123', message: 'x', meta_range_id: 'm' }], pagination: {} }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.env.LAKECTL_SERVER_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  process.env.LAKECTL_CREDENTIALS_ACCESS_KEY_ID = 'key';
  process.env.LAKECTL_CREDENTIALS_SECRET_ACCESS_KEY = 'secret';
  try {
    const { bytes, references } = await takenBy(versioned, 'data:Lakefs/training/main', any);
    expect(asked).toEqual([
      `Basic ${Buffer.from('key:secret').toString('base64')} /api/v1/repositories/training/refs/main/commits?amount=1`,
    ]);
    expect(references).toMatchObject([{ reference: 'lakefs://training/abc123/', digest: 'lakefs-commit:abc123' }]);
    expect(JSON.parse(bytes.get('commit.json')?.toString() ?? '')).toMatchObject({ id: 'abc123' });
  } finally {
    delete process.env.LAKECTL_SERVER_ENDPOINT_URL;
    server.close();
  }
});

test('a pipeline: workflows, lock files, environments, and images with and without a digest', async () => {
  const root = await files('pipeline', {
    '.github/workflows/train.yml':
      'jobs:\n  a:\n    container: "python:3.12"\n    steps:\n    - uses: docker://alpine:3\n    - uses: actions/checkout@v4\n',
    Dockerfile: `FROM --platform=linux/amd64 nvidia/cuda@sha256:${'a'.repeat(64)} AS base\n`,
    'requirements-train.txt': 'torch==2.3\n',
    'conda.yaml': 'name: x\n',
    'src/main.py': 'print()\n',
    'node_modules/x/package-lock.json': '{}',
  });
  const { bytes } = await takenBy(pipeline, `data:Pipeline/${root}`, any);
  expect([...bytes.keys()].sort()).toEqual([
    '.github/workflows/train.yml',
    'Dockerfile',
    'conda.yaml',
    'images.json',
    'requirements-train.txt',
  ]);
  expect(JSON.parse(bytes.get('images.json')?.toString() ?? '')).toEqual({
    images: [
      { image: 'alpine:3', pinned: false },
      { image: `nvidia/cuda@sha256:${'a'.repeat(64)}`, pinned: true },
      { image: 'python:3.12', pinned: false },
    ],
  });
});
