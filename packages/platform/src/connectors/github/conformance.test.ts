// biome-ignore-all lint/suspicious/noTemplateCurlyInString: workflows are written with GitHub's own expressions
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { connectorConformance } from '@firebreak/contract/testing/connector-conformance';
import { afterAll, expect, test } from 'vitest';
import { collectSession } from '../../facts/collect.ts';
import github from './index.ts';

const signal = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'firebreak-github-files-'));
afterAll(() => rmSync(folder, { recursive: true }));
const secret = `ghp_${'s'.repeat(36)}`;
const password = 'correct-horse-battery-staple';

function place(root: string, files: Readonly<Record<string, string>>): string {
  for (const [path, content] of Object.entries(files)) {
    const full = join(folder, root, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content);
  }
  return join(folder, root);
}

const ci = `on: push
env: {PASSWORD: ${password}}
jobs:
  j:
    runs-on: ubuntu-latest
    steps:
      - run: curl -H "authorization:bearer ${secret}"
      - uses: ./tools/build
`;
const config = (url: string) => `[core]\n\tfsmonitor = touch /tmp/owned\n[remote "origin"]\n\turl = ${url}\n`;
const checkout = place('checkout', {
  '.git/config': config(`https://x:${password}@github.com/Acme/Models.git`),
  '.git/HEAD': 'ref: refs/heads/main\n',
  '.github/workflows/ci.yml': ci,
  '.github/workflows/broken.yml': 'on: [unclosed',
  'tools/build/action.yml': 'runs: {using: composite, steps: [{run: make, shell: bash}]}\n',
  CODEOWNERS: '# nobody\n*.ts @acme/ml ada@example.org\n\n/docs @ada\n',
});

connectorConformance({
  name: 'github over a checkout',
  connector: github,
  open: () => github.connect(github.parse(checkout), signal),
  config: { good: { from: '.' }, bad: { from: '' } },
  secrets: [secret, password],
  expectedGaps: ['FB-YAML-INVALID', 'FB-ACCESS-UNTOLD'],
});

const answers = place('answers', {
  'repos/acme/models.json': JSON.stringify({
    full_name: 'Acme/Models',
    owner: { login: 'Acme', type: 'Organization' },
    default_branch: 'main',
    visibility: 'private',
    html_url: 'https://github.com/Acme/Models',
  }),
  'repos/Acme/Models/actions/secrets.json': JSON.stringify([
    { total_count: 2, secrets: [{ name: 'A', value: password }] },
    { total_count: 2, secrets: [{ name: 'B' }] },
  ]),
  'repos/Acme/Models/keys.json': JSON.stringify([{ id: 1, title: 'k', read_only: true, key: password }]),
  'repos/Acme/Models/hooks.json': 'not json',
});

connectorConformance({
  name: 'github over saved answers',
  connector: github,
  open: () => github.connect(github.parse(answers), signal),
  config: { good: { from: '.' }, bad: { from: 7 } },
  secrets: [password],
  expectedGaps: ['FB-SOURCE-UNREADABLE', 'FB-YAML-INVALID'],
});

async function collected(path: string) {
  return collectSession(github, await github.connect(github.parse(path), signal), signal);
}

test('a checkout tells its repository, its workflows, the actions that they use, and who owns what', async () => {
  const { estate, gaps } = await collected(checkout);
  expect(estate.all('git.checkout').map(({ data }) => data)).toEqual([
    { repository: { host: 'github.com', path: 'acme/models' }, spelled: 'Acme/Models', defaultBranch: 'main' },
  ]);
  expect(estate.all('github.workflow').map(({ id }) => id)).toEqual([
    'github:Workflow/github.com/acme/models/.github/workflows/ci.yml',
  ]);
  expect(estate.all('github.action').map(({ data }) => data.path)).toEqual(['tools/build/action.yml']);
  expect(estate.all('github.codeowners')[0]?.data.rules).toEqual([
    { line: 2, pattern: '*.ts', owners: ['@acme/ml', 'ada@example.org'] },
    { line: 4, pattern: '/docs', owners: ['@ada'] },
  ]);
  expect(gaps.find(({ code }) => code === 'FB-YAML-INVALID')?.where).toBe(
    'checkout/.github/workflows/broken.yml line 1',
  );
});

test('saved answers are read as the API’s', async () => {
  const { estate } = await collected(answers);
  expect(estate.all('github.secret').map(({ data }) => data.name)).toEqual(['A', 'B']);
  expect(estate.all('github.repository')[0]?.data).toMatchObject({ visibility: 'private', complete: ['keys'] });
});

test('answers lie where GitHub folds the case, and every member is no owner', async () => {
  const saved = place('folded', {
    'orgs/acme.json': JSON.stringify({ login: 'Acme', html_url: 'https://github.com/Acme' }),
    'orgs/acme/members.json': JSON.stringify([{ login: 'Grace' }, { login: 'Ada' }]),
    'orgs/acme/repos.json': '[]',
  });
  const read = async () => (await collected(saved)).estate.all('github.organization')[0]?.data;
  expect(await read()).toMatchObject({ login: 'acme', members: ['grace', 'ada'] });
  expect(await read()).not.toHaveProperty('owners');
  place('folded', { 'orgs/acme/members.role=admin.json': JSON.stringify([{ login: 'Ada' }]) });
  expect(await read()).toMatchObject({ owners: ['ada'] });
});

test('what is no workflow among the workflows is reported, in bounded time', async () => {
  const hostile = place('junk', {
    '.git/config': config('git@github.com:acme/junk.git'),
    '.github/workflows/anchors.yml': `a: &a [x,x]\n${[...'bcdefghijklmnop'].map((name, at) => `${name}: &${name} [*${'abcdefghijklmno'[at]},*${'abcdefghijklmno'[at]}]`).join('\n')}\n`,
    '.github/workflows/circle.yml': 'on: &a [*a]\njobs: {}\n',
    '.github/workflows/deep.yml': '['.repeat(100_000),
    '.github/workflows/huge.yml': `on: push\n# ${'x'.repeat(2 * 1024 * 1024)}`,
    '.github/workflows/binary.yml': '\u0000\u0001\u0002on: push',
    '.github/workflows/good.yml': 'on: push\njobs: {j: {runs-on: x, steps: [{run: make}]}}\n',
    '.github/workflows/folder.yml/file': '',
    CODEOWNERS: '*'.repeat(500_000),
  });
  symlinkSync('/dev/zero', join(hostile, '.github/workflows/device.yml'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', join(hostile, '.github/workflows/pipe.yml')]);
  const { estate, gaps } = await collected(hostile);
  expect(estate.all('github.workflow').map(({ data }) => data.path)).toEqual(['.github/workflows/good.yml']);
  const told = new Map(
    gaps.map(({ where, code }) => [where.replace(/^junk\/\.github\/workflows\/| line \d+$/g, ''), code]),
  );
  for (const [file, code] of [
    ['anchors.yml', 'FB-YAML-BOMB'],
    ['circle.yml', 'FB-YAML-BOMB'],
    ['deep.yml', 'FB-YAML-BOMB'],
    ['huge.yml', 'FB-SOURCE-UNREADABLE'],
    ['binary.yml', 'FB-YAML-INVALID'],
    ['device.yml', 'FB-SOURCE-UNREADABLE'],
    ['pipe.yml', 'FB-SOURCE-UNREADABLE'],
  ])
    expect([file, told.get(file ?? '')]).toEqual([file, code]);
});

test('a folder that is no checkout says so, and joins with nothing', async () => {
  const plain = place('plain', { '.github/workflows/ci.yml': 'on: push\njobs: {}\n' });
  const { estate, gaps } = await collected(plain);
  expect(gaps.map(({ code }) => code)).toContain('FB-GIT-REMOTE-UNKNOWN');
  expect(estate.all('github.workflow')[0]?.data.repository).toEqual({ host: 'unknown.invalid', path: 'plain' });
});

test('links out of the folder are not followed, and an action may not lead out of it', async () => {
  const outside = place('outside', { 'evil.yml': 'on: push\njobs: {}\n', 'x/action.yml': 'runs: {using: node24}\n' });
  const hostile = place('hostile', {
    '.git/config': config('git@github.com:acme/hostile.git'),
    '.github/workflows/ci.yml': 'on: push\njobs: {j: {runs-on: x, steps: [{uses: ./../outside/x}]}}\n',
  });
  symlinkSync(join(outside, 'evil.yml'), join(hostile, '.github/workflows/evil.yml'));
  const { estate, gaps } = await collected(hostile);
  expect(estate.all('github.workflow')).toHaveLength(1);
  expect(estate.all('github.action')).toEqual([]);
  expect(gaps.filter(({ code }) => code === 'FB-SOURCE-UNREADABLE').map(({ where }) => where)).toEqual([
    'hostile/.github/workflows/evil.yml',
  ]);
});

test('what is neither a folder nor a name is refused', async () => {
  await expect(github.connect(github.parse(join(folder, 'nothing')), signal)).rejects.toThrow('FB-SOURCE-UNREADABLE');
  expect(() => github.parse('')).toThrow('FB-USAGE');
});
