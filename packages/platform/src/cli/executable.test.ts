/** `bin/firebreak.js` as a person starts it: with whatever Node the machine has, in pipes, and interrupted. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { version } from '../app/version.ts';
import { smallEstate } from './testing/small-estate.ts';

const executable = fileURLToPath(new URL('../../bin/firebreak.js', import.meta.url));

/** The machine's own Node, behind the one that npm puts in front. */
function machineNode(): { path: string; major: number } | undefined {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node');
    if (folder.includes('node_modules') || !existsSync(path)) continue;
    const [major = ''] = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).split('.');
    return { path, major: Number(major) };
  }
  return undefined;
}

const machine = machineNode();
const older = machine !== undefined && machine.major < 24 ? machine.path : undefined;

let folder: string;
let from: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-executable-'));
  // as root the embedded database runs as somebody else, who must be let in
  await chmod(folder, 0o711);
  // enough edges that a pipe cannot hold them
  const accounts = Array.from(
    { length: 3000 },
    (_, at) => `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: account-${at}, namespace: serving }\n`,
  );
  from = await smallEstate(join(folder, 'estate'), accounts.join(''));
});
afterAll(() => rm(folder, { recursive: true }));

async function start(node: string, ...argv: string[]) {
  const child = spawn(node, [executable, ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  const [exit, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  const [out, err] = await said;
  return { out, err, exit, signal };
}

describe.each([
  ['the Node that npm brought', process.execPath],
  ["the machine's older Node", older],
])('on %s', (_, node = '') => {
  test.skipIf(node === '')('it runs, with its exit codes', async () => {
    expect(await start(node, '--version')).toEqual({ out: `${version}\n`, err: '', exit: 0, signal: null });
    expect((await start(node, 'nonsense')).exit).toBe(2);
    const { exit, err } = await start(node, 'nodes', '--from', 'kubernetes:/nowhere', '--jsonl');
    expect(exit).toBe(2);
    expect(JSON.parse(err).error.code).toBe('FB-SOURCE-UNREADABLE');
  });

  test.skipIf(node === '')('standard input reaches it', async () => {
    const child = spawn(node, [executable, 'nodes', '--from', 'kubernetes:-', '--jsonl'], { stdio: 'pipe' });
    child.stdin.end('apiVersion: v1\nkind: Namespace\nmetadata: { name: from-stdin }\n');
    expect(await text(child.stdout)).toContain('from-stdin');
  });

  test.skipIf(node === '')('a reader who has enough is no error', async () => {
    const shell = `"$0" "$1" nodes --jsonl --from "$2" | head -1; echo "\${PIPESTATUS[0]}"`;
    const child = spawn('bash', ['-c', shell, node, executable, from], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    const [line = '', status] = out.trimEnd().split('\n');
    expect(JSON.parse(line)).toMatchObject({ kind: expect.any(String) });
    expect({ status, err }).toEqual({ status: '0', err: '' });
  });
});

test('serve says where it is, holds its data directory, and ends in order when it is told to', async () => {
  const data = join(folder, 'data');
  const argv = ['serve', '--port', '0', '--data', data, '--json'];
  const serving = spawn(older ?? process.execPath, [executable, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(serving, 'close');
  const complaints = text(serving.stderr);
  let said = '';
  for await (const chunk of serving.stdout) {
    said += String(chunk);
    if (said.includes('\n}')) break;
  }
  const { address, signInLink } = JSON.parse(said) as { address: string; signInLink: string };
  expect(signInLink).toContain(`${address}/sign-in#link=`);
  expect(await (await fetch(`${address}/api/health`)).json()).toEqual({ ok: true, version });

  const locked = await start(process.execPath, 'status', '--data', data, '--json');
  expect(locked.exit).toBe(1);
  expect(JSON.parse(locked.err).error).toMatchObject({
    code: 'FB-STORAGE-LOCKED',
    why: expect.stringContaining(`--server ${address} `),
  });

  serving.kill('SIGTERM');
  const [exit, signal] = await ended;
  expect({ exit, signal, complaints: await complaints }).toEqual({ exit: 0, signal: null, complaints: '' });
  const after = await start(process.execPath, 'status', '--data', data, '--json');
  expect(after.exit).toBe(0);
  expect(JSON.parse(after.out).incidents).toHaveLength(1);
});
