import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { installedBinaries, prepareBinaries } from './postgres-binaries.ts';
import { mayUse, serverUser, unprivilegedUser } from './server-user.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-programs-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** As npm unpacks it: without symbolic links. */
async function unpacked(into: string): Promise<{ folder: string; version: string }> {
  const { folder, version } = await installedBinaries();
  cpSync(folder, join(into, 'native'), {
    recursive: true,
    filter: (from) => !lstatSync(from).isSymbolicLink() && !from.endsWith('.a'),
  });
  return { folder: join(into, 'native'), version };
}
function links(folder: string): string[] {
  return readdirSync(join(folder, 'lib')).filter((name) => lstatSync(join(folder, 'lib', name)).isSymbolicLink());
}

test('links that npm left out are put back, and the server then starts', async () => {
  const installed = await unpacked(newFolder());
  const postgres = join(installed.folder, 'bin', 'postgres');
  const named = process.platform === 'linux';
  if (named) expect(() => execFileSync(postgres, ['--version'], { stdio: 'pipe' })).toThrow();
  expect(await prepareBinaries(installed, null, newFolder())).toEqual({ folder: installed.folder, copied: false });
  if (named) expect(links(installed.folder)).toContain('libicui18n.so.60');
  expect(execFileSync(postgres, ['--version']).toString()).toMatch(/^postgres \(PostgreSQL\) 18/);
});

test.skipIf(process.getuid?.() !== 0)('programs that the account may not reach are copied, once', async () => {
  const closed = newFolder();
  const spare = newFolder();
  chmodSync(closed, 0o700);
  chmodSync(spare, 0o711);
  const user = await serverUser();
  expect(user).not.toBeNull();
  if (user === null) return;
  const installed = await unpacked(closed);
  const first = await prepareBinaries(installed, user, spare);
  expect(first).toEqual({ folder: join(spare, `postgresql-${installed.version}`), copied: true });
  const output = execFileSync(join(first.folder, 'bin', 'postgres'), ['--version'], { uid: user.uid, gid: user.gid });
  expect(output.toString()).toMatch(/^postgres \(PostgreSQL\) 18/);
  expect(await prepareBinaries(installed, user, spare)).toEqual(first);
});

test('the account: postgres, else nobody, never root', () => {
  const passwd = 'root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\npostgres:x:101:104::/:/bin/sh\n';
  expect(unprivilegedUser(passwd)).toEqual({ name: 'postgres', uid: 101, gid: 104 });
  expect(unprivilegedUser('nobody:x:99:98:::')).toEqual({ name: 'nobody', uid: 99, gid: 98 });
  expect(unprivilegedUser('postgres:x:0:0:::\n')).toEqual({ name: '65534', uid: 65534, gid: 65534 });
});

test('whether an account may use a folder follows from every folder above', async () => {
  const outer = newFolder();
  const stranger = { name: 'stranger', uid: 4_000_001, gid: 4_000_001 };
  chmodSync(outer, 0o700);
  expect(await mayUse(outer, stranger)).toBe(false);
  chmodSync(outer, 0o711);
  expect(await mayUse(outer, stranger)).toBe(false);
  chmodSync(outer, 0o755);
  expect(await mayUse(outer, stranger)).toBe(true);
  const own = { name: 'own', uid: process.getuid?.() ?? 0, gid: 4_000_001 };
  chmodSync(outer, 0o077);
  expect(await mayUse(outer, own)).toBe(false);
});
