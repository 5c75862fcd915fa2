/**
 * An incident file on a machine that has nothing but the file and the verifier: an incident of the demo estate is contained and
 * exported by the command line, from a real server and database; then the file is carried to a folder without anything else in
 * it, an empty home and no environment, no modules, and a network namespace without any network. There the one-file command and
 * the one-file page, in a browser, verify it, and refuse it with any byte changed.
 */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type Execution, evidenceReportSchema } from '@firebreak/contract';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveDemo } from '../../packages/platform/src/cli/testing/served-demo.ts';

const root = new URL('../../', import.meta.url).pathname;
const built = (name: string) => join(root, 'packages/verifier/dist', name);
/** A network namespace of its own has only a loopback that is down. */
const alone = ['unshare', '--map-root-user', '--net', '--'];

/** The only folder of that machine. */
let machine: string;
let key: string;
let bytes: Buffer;

beforeAll(async () => {
  await promisify(execFile)('npm', ['run', 'build', '-w', '@firebreak/verifier'], { cwd: root });
  machine = await mkdtemp(join(tmpdir(), 'firebreak-machine-'));
  await mkdir(join(machine, 'home'));
  for (const name of ['firebreak-verify.mjs', 'firebreak-verifier.html'])
    await copyFile(built(name), join(machine, name));
  const demo = await serveDemo();
  try {
    const playbook = ['playbook', 'run', 'agent-lateral-movement'];
    const compromised = ['--compromised', 'kubernetes:ServiceAccount/agents/support-agent'];
    const ended = await demo.as('Ada', ...playbook, ...compromised, '--approve', '--confirm', 'all');
    const { incident, state } = (JSON.parse(ended.out) as { execution: Execution }).execution;
    expect(state).toBe('contained');
    const exported = await demo.as('Vera', 'evidence', 'export', incident, '-o', join(machine, 'incident.tar'));
    ({ verifierKey: key } = JSON.parse(exported.out) as { verifierKey: string });
  } finally {
    await demo.close();
  }
  bytes = await readFile(join(machine, 'incident.tar'));
});
afterAll(async () => {
  if (machine !== undefined) await rm(machine, { recursive: true, force: true });
});

async function run(...argv: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  const home = `HOME=${join(machine, 'home')}`;
  const [unshare = '', ...apart] = alone;
  try {
    const { stdout, stderr } = await promisify(execFile)(unshare, [...apart, 'env', '-i', home, ...argv], {
      cwd: machine,
    });
    return { exit: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exit: code, out: stdout, err: stderr };
  }
}
const verify = (file: string, ...more: readonly string[]) =>
  run(process.execPath, 'firebreak-verify.mjs', file, ...more);

/** Changed in the middle of what stands at a place. */
async function changedAt(place: number): Promise<string> {
  const changed = Buffer.from(bytes);
  changed[place] = (changed[place] ?? 0) ^ 0x01;
  await writeFile(join(machine, 'changed.tar'), changed);
  return 'changed.tar';
}

test('the machine has no network and nothing else', async () => {
  expect((await readdir(machine)).sort()).toEqual([
    'firebreak-verifier.html',
    'firebreak-verify.mjs',
    'home',
    'incident.tar',
  ]);
  const look = `require('node:net').connect({host:'127.0.0.1',port:9}).on('error',(e)=>console.log(e.code)).on('connect',()=>console.log('there'));
    console.log(JSON.stringify([Object.keys(process.env), Object.keys(require('node:os').networkInterfaces())]))`;
  const { out } = await run(process.execPath, '-e', look);
  expect(out).toContain('[["HOME"],[]]');
  expect(out).toContain('ENETUNREACH');
  const code = await readFile(join(machine, 'firebreak-verify.mjs'), 'utf8');
  const imported = [...code.matchAll(/\bfrom\s*["']([^"']+)["']/g)].map(([, name = '']) => name);
  expect(imported.filter((name) => !name.startsWith('node:'))).toEqual([]);
});

test('the one-file command verifies the file there, by the key that came another way', async () => {
  const { exit, out, err } = await verify('incident.tar', '--key', key, '--json');
  expect([exit, err]).toEqual([0, '']);
  const report = evidenceReportSchema.parse(JSON.parse(out));
  expect(report).toMatchObject({ ok: true, keySource: 'given', format: 3 });
  expect(report.documents.map(({ name }) => name)).toContain('documents/report.html');
  const shown = await verify('incident.tar');
  expect(shown.exit).toBe(0);
  expect(shown.out).toContain('verified: incident inc_');
  expect(shown.out).toContain('The key came with the file');
});

test('and refuses it with one bit changed, wherever that is, and what is no evidence file', async () => {
  const places = Array.from({ length: 24 }, (_, n) => Math.floor(((n + 0.5) * bytes.length) / 24));
  for (const place of places) {
    const { exit } = await verify(await changedAt(place), '--key', key);
    expect([1, 2], `byte ${place}`).toContain(exit);
  }
  const last = await verify(await changedAt(bytes.length >> 1), '--key', key);
  expect(last.out).toContain('NOT VERIFIED');
  expect((await verify('firebreak-verifier.html')).exit).toBe(2);
  expect((await verify('incident.tar', '--key', 'rubbish')).exit).toBe(2);
  expect((await verify('incident.tar', '--quorum', 'x', '--key', key)).exit).toBe(2);
  expect((await run(process.execPath, 'firebreak-verify.mjs')).err).toContain('One file is verified');
});

test('the page does the same in a browser there', async () => {
  const { CHROMIUM } = process.env;
  if (CHROMIUM === undefined) throw new Error('CHROMIUM must name a browser: run `peers/chromium/install`.');
  const start = join(machine, 'browser');
  await writeFile(start, `#!/bin/sh\nexec ${alone.join(' ')} "${CHROMIUM}" "$@"\n`);
  await chmod(start, 0o755);
  const browser = await chromium.launch({
    executablePath: start,
    args: ['--no-sandbox', '--no-first-run'],
    env: { HOME: join(machine, 'home'), PATH: process.env.PATH },
  });
  try {
    for (const [file, tone] of [
      ['incident.tar', 'good'],
      [await changedAt(bytes.length >> 1), 'bad'],
    ] as const) {
      const page = await browser.newPage();
      const troubles: string[] = [];
      page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
      page.on('pageerror', (error) => troubles.push(error.message));
      await page.goto(pathToFileURL(join(machine, 'firebreak-verifier.html')).href);
      await page.locator('#key').fill(key);
      await page.locator('#file').setInputFiles(join(machine, file));
      await page.locator('.verdict').waitFor();
      expect([file, await page.locator('.verdict').getAttribute('data-tone'), troubles]).toEqual([file, tone, []]);
      await page.close();
    }
  } finally {
    await browser.close();
  }
});
