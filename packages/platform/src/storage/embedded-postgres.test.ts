import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { FirebreakError } from '@firebreak/contract';
import pg from 'pg';
import { afterAll, expect, test } from 'vitest';
import { sha256Hex } from '../kernel/digest.ts';
import { isAlive } from './data-lock.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts';

const folders: string[] = [];
const children: ChildProcess[] = [];
async function newFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'firebreak-embedded-')));
  await chmod(folder, 0o711);
  folders.push(folder);
  return folder;
}
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function ask<T extends object>(url: string, text: string): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(text)).rows[0] as T;
  } finally {
    await client.end();
  }
}

/** Until the condition holds; the test's own time limit ends it otherwise. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

async function owner(folder: string, then: 'wait' | 'exit'): Promise<{ child: ChildProcess; server: number }> {
  const script = fileURLToPath(new URL('./testing/owner-process.case.ts', import.meta.url));
  const child = spawn(process.execPath, [script, folder, then], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, server: Number(line.toString()) };
}

test('a server for us alone, which keeps what it was given', async () => {
  const folder = await newFolder();
  const server = await startEmbeddedPostgres(folder);
  const settings = await ask<Record<string, string>>(
    server.url,
    `select current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
       current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
       current_setting('fsync') as fsync, (select datcollate from pg_database where datname = current_database()) as locale`,
  );
  expect(settings).toEqual({
    addresses: '127.0.0.1',
    sockets: '',
    checksums: 'on',
    encoding: 'UTF8',
    fsync: 'on',
    locale: 'C',
  });
  const stranger = new URL(server.url);
  stranger.password = 'guess';
  await expect(ask(stranger.href, 'select 1')).rejects.toThrow(/password authentication failed/);
  expect((await stat(join(folder, 'postgres.password'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(folder, 'postgres.log'), 'utf8')).not.toContain(new URL(server.url).password);

  const second = await startEmbeddedPostgres(folder).catch((error: unknown) => error);
  expect(second).toBeInstanceOf(FirebreakError);
  expect((second as FirebreakError).code).toBe('FB-STORAGE-LOCKED');

  await ask(server.url, 'create table kept as select 42 as answer');
  await server.stop();
  await server.stop();
  expect(isAlive(server.pid())).toBe(false);
  const again = await startEmbeddedPostgres(folder);
  expect(again.port).toBe(server.port);
  expect(await ask(again.url, 'select answer from kept')).toEqual({ answer: 42 });
  await again.stop();
});

test('after a kill -9 the next start ends what was left running and loses nothing', async () => {
  const folder = await newFolder();
  const first = await owner(folder, 'wait');
  const locked = await startEmbeddedPostgres(folder).catch((error: unknown) => error);
  expect((locked as FirebreakError).code).toBe('FB-STORAGE-LOCKED');
  expect((locked as FirebreakError).detail).toEqual({ pid: first.child.pid });
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  expect(isAlive(first.server)).toBe(true);
  const next = await startEmbeddedPostgres(folder);
  expect(isAlive(first.server)).toBe(false);
  expect(await ask(next.url, 'select 1 as one')).toEqual({ one: 1 });
  await next.stop();
});

test.each(['SIGTERM', 'SIGINT', 'exit'] as const)('%s takes the server along', async (way) => {
  const { child, server } = await owner(await newFolder(), way === 'exit' ? 'exit' : 'wait');
  const exited = once(child, 'exit');
  if (way !== 'exit') child.kill(way);
  const [code, signal] = await exited;
  expect(way === 'exit' ? code : signal).toBe(way === 'exit' ? 0 : way);
  await eventually(() => !isAlive(server));
});

test('a server that dies comes back on its port; one that dies again and again is reported', async () => {
  const folder = await newFolder();
  const server = await startEmbeddedPostgres(folder);
  await ask(server.url, 'create table kept as select 42 as answer');
  async function crash(running: EmbeddedPostgres): Promise<void> {
    process.kill(running.pid(), 'SIGKILL');
  }
  for (let times = 0; times < 3; times += 1) {
    const dead = server.pid();
    await crash(server);
    await eventually(
      async () =>
        server.pid() !== dead &&
        (await ask(server.url, 'select 1').then(
          () => true,
          () => false,
        )),
    );
  }
  expect(await ask(server.url, 'select answer from kept')).toEqual({ answer: 42 });
  await crash(server);
  expect(await server.lost).toMatch(/SIGKILL/);
  await server.stop();
});

test.skipIf(process.getuid?.() !== 0)(
  'as root, below a folder that is closed to others, the cluster is put elsewhere',
  async () => {
    const closed = await newFolder();
    await chmod(closed, 0o700);
    const folder = join(closed, 'data');
    await mkdir(folder);
    const elsewhere = join('/var/lib/firebreak', sha256Hex(folder).slice(0, 16));
    folders.push(elsewhere);
    const server = await startEmbeddedPostgres(folder);
    expect(server.notes.join()).toContain(elsewhere);
    expect(existsSync(join(elsewhere, 'postgres', 'PG_VERSION'))).toBe(true);
    expect(await ask(server.url, 'select 1 as one')).toEqual({ one: 1 });
    await server.stop();
  },
);
