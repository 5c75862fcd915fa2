/**
 * A stolen deploy key, used as thieves use it: `git push`. Who is let in is decided by the keys that the repository has on the server that
 * answers as GitHub describes itself; the push itself is git's.
 */
import { execFile, execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { makeWorld, type World } from '../../packages/platform/src/connectors/github/actions/cases/world.case.ts';
import { tokens } from '../../packages/platform/src/connectors/github/contract/acting.case.ts';
import github from '../../packages/platform/src/connectors/github/index.ts';

const signal = new AbortController().signal;
const server = new URL('testing/git-over-ssh.ts', import.meta.url).pathname;
let folder: string;
let world: World;
let pushed = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-git-'));
  git('init', '-q', '--bare', join(folder, 'bare'));
  git('init', '-q', '-b', 'main', join(folder, 'work'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  await world.close();
  expect(world.server.faults).toEqual([]);
});

function git(...parameters: string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...parameters], { stdio: 'ignore' });
}

/** A key pair: the file of the private half, and the public one as GitHub takes it. */
function keyPair(name: string): { file: string; half: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const file = join(folder, name);
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const point = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
  // RFC 8709: the length of each part before it.
  const part = (bytes: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes]);
  const half = Buffer.concat([part(Buffer.from('ssh-ed25519')), part(point)]).toString('base64');
  return { file, half: `ssh-ed25519 ${half}` };
}

/** A commit of the thief's, pushed with a key. */
function pushes(keyFile: string): Promise<boolean> {
  pushed += 1;
  const work = join(folder, 'work');
  git('-C', work, 'commit', '-q', '--allow-empty', '-m', `change ${pushed}`);
  const environment = {
    ...process.env,
    GIT_SSH_COMMAND: `"${process.execPath}" "${server}"`,
    GIT_SSH_VARIANT: 'simple',
    API: world.server.url,
    TOKEN: tokens.admin,
    KEY_FILE: keyFile,
    BARE: join(folder, 'bare'),
  };
  const { promise, resolve } = Promise.withResolvers<boolean>();
  execFile('git', ['-C', work, 'push', '-q', 'git@github.com:acme/models.git', 'main'], { env: environment }, (error) =>
    resolve(error === null),
  );
  return promise;
}

test.each([
  ['removed', false],
  ['rotated', true],
])('a stolen deploy key is %s: git push is let in, kept out, let in', async (_, rotate) => {
  const stolen = keyPair('stolen');
  const successor = keyPair('successor');
  world.company.keys = [{ id: 11, title: 'mirror', key: stolen.half, read_only: false }];
  expect(await pushes(stolen.file)).toBe(true);
  expect(await pushes(successor.file)).toBe(false);

  const action = github.actions.find(({ id }) => id === 'github.remove-deploy-key');
  if (action === undefined || action.reversal.kind === 'none') throw new Error('it is there and can be undone');
  const replacement = rotate ? { replacement: successor.half } : {};
  const params: unknown = action.params.parse({
    host: 'github.com',
    repository: 'acme/models',
    key: 11,
    ...replacement,
  });
  const attempt = { session: world.session, signal, key: 'scenario' };
  const { record } = await action.read(attempt, params);
  expect(await action.apply(attempt, params, record)).toEqual({ outcome: 'done' });
  expect([await pushes(stolen.file), await pushes(successor.file)]).toEqual([false, rotate]);

  expect(await action.reversal.restore(attempt, params, record)).toEqual({ outcome: 'done' });
  expect([await pushes(stolen.file), await pushes(successor.file)]).toEqual([true, false]);
});
