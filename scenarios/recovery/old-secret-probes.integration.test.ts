/**
 * Rotation as people do it, on a real registry and a real database: the old password is alive, still alive when somebody only says that it
 * was rotated, dead once it is, and cannot be told when nobody answers. Then everything that was written down is searched for it.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStation, type Station } from '../../packages/platform/src/app/station.ts';
import { openTarget } from '../../packages/platform/src/app/targets.ts';
import { type ServedStation, serveStation } from '../../packages/platform/src/app/testing/served-station.case.ts';
import { nameOf } from '../../packages/platform/src/connectors/stores/live/database.ts';
import type { Client } from '../../packages/platform/src/http/client.ts';
import { systemClock } from '../../packages/platform/src/kernel/clock.ts';
import { testServer } from '../../packages/platform/src/storage/test-database.ts';

const signal = new AbortController().signal;
const registry = new URL(process.env.FIREBREAK_REGISTRY_URL ?? 'http://unset');
const user = process.env.FIREBREAK_REGISTRY_USER ?? '';
const htpasswd = join(process.env.FIREBREAK_REGISTRY_DIR ?? '', 'htpasswd');
const other = '$2b$05$abcdefghijklmnopqrstuuxVDKZqs6Q9Jf8ZbCBzGaIeZsRdg1v3S';
/** With pgvector: only a database that holds vectors has its roles read. */
const postgres = process.env.FIREBREAK_PGVECTOR_URL ?? '';
const role = `bot_${randomBytes(3).toString('hex')}`;
const old = {
  registry: process.env.FIREBREAK_REGISTRY_PASSWORD ?? '',
  database: `old-${randomBytes(9).toString('hex')}`,
};

const admin = new pg.Client({ connectionString: postgres });
const logged: string[] = [];
const answers: unknown[] = [];
const sockets = new Set<Socket>();
let rules: string;
let before: { readonly rules: string; readonly users: string };
let pipe: Server;
let folder: string;
let database: Awaited<ReturnType<typeof testServer>>;
let url: string;
let station: Station;
let served: ServedStation;
let client: Client;
let id: string;
let host: string;

/** The registry behind a pipe of our own, so that it can be out of reach. */
async function openPipe(): Promise<Server> {
  const server = createServer((socket) => {
    const there = createConnection(Number(registry.port), registry.hostname);
    for (const each of [socket, there]) {
      sockets.add(each);
      each.on('error', () => each.destroy());
    }
    socket.pipe(there).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
async function closePipe(): Promise<void> {
  for (const socket of sockets) socket.destroy();
  if (pipe.listening) await new Promise((resolve) => pipe.close(resolve));
}
/** The registry reads its file anew when the time of its last change is another one. */
async function setUsers(text: string): Promise<void> {
  const { mtime } = await stat(htpasswd);
  await writeFile(htpasswd, text);
  await utimes(htpasswd, new Date(), new Date(mtime.getTime() + 1000));
}
async function setRules(text: string): Promise<void> {
  await writeFile(rules, text);
  await admin.query('select pg_reload_conf()');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'firebreak-probes-'));
  await admin.connect();
  rules = String((await admin.query('show hba_file')).rows[0]?.hba_file);
  before = { rules: await readFile(rules, 'utf8'), users: await readFile(htpasswd, 'utf8') };
  await admin.query(`create role "${role}" login password '${old.database}'`);
  await setRules(`host all "${role}" 127.0.0.1/32 scram-sha-256\n${before.rules}`);
  pipe = await openPipe();
  const address = pipe.address();
  host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  database = await testServer();
  url = await database.database();
  station = await openStation({
    data: folder,
    database: url,
    target: await openTarget([`oci:http://${user}:${old.registry}@${host}`, `stores:${postgres}`], signal),
    clock: systemClock,
  });
  const log = new Writable({
    write(chunk: Buffer, _, done) {
      logged.push(chunk.toString());
      done();
    },
  });
  served = await serveStation(station, log);
  client = await served.as('responder');
  const compromised = [`oci:User/${host}/${user}`, `store:Role/${nameOf(postgres)}/${role}`];
  ({ id } = await client.call('openIncident', { body: { title: 'Stolen', compromised, protect: 'default' } }, signal));
});
afterAll(async () => {
  await setUsers(before.users);
  await setRules(before.rules);
  await served.close();
  await station.close();
  await closePipe();
  await admin.query(`drop role "${role}"`);
  await admin.end();
  await database.stop();
  await rm(folder, { recursive: true });
});

const params = () => ({ id });
const item = (which: keyof typeof old) =>
  which === 'registry' ? `rotate/oci:User/${host}/${user}` : `rotate/store:Role/${nameOf(postgres)}/${role}`;
async function tried(which: keyof typeof old) {
  const body = { item: item(which), secret: old[which] };
  const answer = await client.call('probeCredential', { params: params(), body }, signal);
  answers.push(answer);
  return [answer.result, answer.credential.state];
}
const rotate = {
  registry: () => setUsers(`${user}:${other}\n`),
  database: async () => void (await admin.query(`alter role "${role}" password 'new'`)),
} as const;

test.each(['registry', 'database'] as const)('the password of the %s', async (which) => {
  await expect.poll(() => tried(which)).toEqual(['alive', 'open']);
  // Somebody's word makes nothing dead, and what lives is told.
  const said = { item: item(which), to: 'rotated', note: 'ticket 8' } as const;
  await client.call('sayCredential', { params: params(), body: said }, signal);
  expect(await tried(which)).toEqual(['alive', 'rotated']);
  const board = await client.call('recoveryBoard', { params: params() }, signal);
  answers.push(board);
  expect(board.items.find((each) => each.id === item(which))).toMatchObject({ state: 'failed' });
  await rotate[which]();
  expect(await tried(which)).toEqual(['dead', 'done']);
});

test('nobody answers: it cannot be told, and that is never dead', async () => {
  await closePipe();
  expect((await tried('registry'))[0]).toBe('cannot-tell');
});

test('the old passwords are in no answer, no log, no entry and no row', async () => {
  answers.push(await client.call('recoveryBoard', { params: params() }, signal));
  answers.push(await client.call('recoveryCredentials', { params: params() }, signal));
  const entries: unknown[] = [];
  for await (const entry of station.ledger.entries(id)) entries.push(entry);
  expect(entries.length).toBeGreaterThan(6);
  expect(logged.length).toBeGreaterThan(0);
  const places = new Map<string, unknown>([
    ['answers', answers],
    ['logs', logged],
    ['ledger', entries],
  ]);
  const own = new pg.Client({ connectionString: url });
  await own.connect();
  const tables = await own.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
  );
  for (const { name } of tables.rows) places.set(name, (await own.query(`select t::text from ${name} t`)).rows);
  await own.end();
  expect(places.size).toBeGreaterThan(20);
  const forms = Object.values(old).flatMap((secret) => [
    secret,
    Buffer.from(`${user}:${secret}`).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ]);
  const found = [...places].filter(([, written]) => forms.some((form) => JSON.stringify(written).includes(form)));
  expect(found.map(([place]) => place)).toEqual([]);
});
