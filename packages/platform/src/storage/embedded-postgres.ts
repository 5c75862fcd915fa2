/**
 * The PostgreSQL that comes with Firebreak: one server for each data directory, started and stopped with us, reachable
 * from this machine only and with a password that is drawn once.
 *
 * What must stay true:
 *
 * - A half-made cluster is never taken for a whole one: initdb works beside it and the result is moved into place.
 * - Two servers never run on one cluster. We own the data directory first (`data-lock.ts`); a server that a killed
 *   Firebreak left behind is then ours to stop, found through `postmaster.pid` and recognised by its working directory
 *   or, where that cannot be seen, by its own answer, because process ids come again.
 * - The terminal's Ctrl-C must not reach the server before us, so it gets a session of its own; in exchange we stop it on
 *   every way out that a process can notice.
 * - A server that dies is started again on the same port (connections in use break, the pool makes new ones). If that
 *   does not help, `lost` says so.
 *
 * Why not the package's own wrapper: it runs install scripts, cannot adopt, and uses a socket folder and trust.
 */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, lstat, mkdir, readFile, readlink, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError } from '@firebreak/contract';
import pg from 'pg';
import { sha256Hex } from '../kernel/digest.ts';
import { isAlive, isZombie, lockData } from './data-lock.ts';
import { installedBinaries, prepareBinaries } from './postgres-binaries.ts';
import { type Postmaster, readPostmaster, run, superviseServer, unavailable } from './postgres-server.ts';
import { mayUse, type ServerUser, serverUser } from './server-user.ts';

export interface EmbeddedPostgres {
  /** With the password in it: for the pool, not for logs. */
  readonly url: string;
  readonly port: number;
  /** Process id of the running server. */
  readonly pid: () => number;
  /** Where things are that the operator may not expect, in plain sentences. */
  readonly notes: readonly string[];
  /** Resolves when the server is gone for good although nobody stopped it; says why. */
  readonly lost: Promise<string>;
  /** Fast shutdown, then gives the data directory up. Safe to call twice. */
  stop(): Promise<void>;
}

const account = 'firebreak';
/** For the cluster of a data directory that the server's account may not enter, and for programs likewise. */
const commonFolder = '/var/lib/firebreak';

/**
 * Starts the server of this data directory, making both when they are not there.
 *
 * @throws FirebreakError FB-STORAGE-LOCKED, FB-STORAGE-UNAVAILABLE
 */
export async function startEmbeddedPostgres(data: string): Promise<EmbeddedPostgres> {
  const folder = resolve(data);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const lock = await lockData(folder);
  try {
    return await startOwned(folder, () => lock.release());
  } catch (cause) {
    await lock.release();
    if (cause instanceof FirebreakError) throw cause;
    throw unavailable(`The embedded PostgreSQL in ${folder} did not start.`, cause);
  }
}

async function startOwned(folder: string, release: () => Promise<void>): Promise<EmbeddedPostgres> {
  const notes: string[] = [];
  const user = await serverUser();
  const place = await serverPlace(folder, user, notes);
  const binaries = await prepareBinaries(await installedBinaries(), user, join(place, 'programs'));
  if (binaries.copied) {
    notes.push(`PostgreSQL's programs were copied to ${binaries.folder}: they cannot be used where npm put them.`);
  }
  const password = await keptPassword(join(folder, 'postgres.password'));
  const cluster = join(place, 'postgres');
  await stopLeftover(cluster, password);
  await makeCluster({ cluster, folder: binaries.folder, password, user });
  const server = await superviseServer({ cluster, programs: binaries.folder, user, log: join(folder, 'postgres.log') });
  const url = `postgres://${account}:${password}@127.0.0.1:${server.port}/${account}`;
  try {
    await makeDatabase(url);
  } catch (error) {
    await server.stop();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    url,
    port: server.port,
    pid: server.pid,
    notes,
    lost: server.lost,
    stop: () => {
      stopping ??= server.stop().then(release);
      return stopping;
    },
  };
}

/** The folder for what the server's account must reach: the data directory itself, if it can. */
async function serverPlace(folder: string, user: ServerUser | null, notes: string[]): Promise<string> {
  if (user === null || (await mayUse(folder, user)) || (await mayEnter(folder, user))) return folder;
  // the name is taken from the data directory, so that the same directory always finds its cluster again
  const place = join(commonFolder, sha256Hex(await realpath(folder)).slice(0, 16));
  try {
    await mkdir(place, { recursive: true, mode: 0o711 });
  } catch (cause) {
    throw unavailable(
      `We run as root, and the account ${user.name} that PostgreSQL must run as may not enter ${folder}. Use a --data that it may enter.`,
      cause,
    );
  }
  notes.push(`The database itself is in ${place}: the account ${user.name} may not enter ${folder}.`);
  return place;
}

/** Like `mayUse`, but listing the last folder is not needed. */
async function mayEnter(folder: string, user: ServerUser): Promise<boolean> {
  const { mode, uid } = await lstat(await realpath(folder));
  return uid === 0 && (mode & 0o001) !== 0 && (await mayUse(dirname(await realpath(folder)), user));
}

/** Drawn once; readable by us alone. */
async function keptPassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept.trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  return password;
}

/** Ends the server that an earlier Firebreak left running on this cluster. */
async function stopLeftover(cluster: string, password: string): Promise<void> {
  const note = await readPostmaster(cluster);
  if (note === null || !isAlive(note.pid)) return;
  // killed a moment ago: the next server would take it for one that runs
  if ((await isZombie(note.pid)) && (await gone(note.pid, 15_000))) return;
  if (!(await isOurServer(cluster, note, password))) return;
  process.kill(note.pid, 'SIGINT');
  if (await gone(note.pid, 15_000)) return;
  process.kill(note.pid, 'SIGQUIT');
  if (await gone(note.pid, 5_000)) return;
  process.kill(note.pid, 'SIGKILL');
  await gone(note.pid, 5_000);
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await sleep(10)) {
    if (!isAlive(pid)) return true;
  }
  return false;
}

async function isOurServer(cluster: string, note: Postmaster, password: string): Promise<boolean> {
  const workingFolder = await readlink(`/proc/${note.pid}/cwd`).catch(() => null);
  if (workingFolder !== null) return workingFolder === (await realpath(cluster));
  const client = new pg.Client({
    connectionString: `postgres://${account}:${password}@127.0.0.1:${note.port}/postgres`,
    connectionTimeoutMillis: 3_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('show data_directory');
    return rows[0] !== undefined && (await realpath(rows[0].data_directory)) === (await realpath(cluster));
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function makeCluster(options: {
  cluster: string;
  folder: string;
  password: string;
  user: ServerUser | null;
}): Promise<void> {
  const { cluster, folder, password, user } = options;
  if (
    await lstat(cluster).then(
      () => true,
      () => false,
    )
  )
    return;
  const draft = `${cluster}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  const passwordFile = join(draft, '..', `.${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== null) {
      await chown(passwordFile, user.uid, user.gid);
      await chown(draft, user.uid, user.gid);
    }
    const initdb = run(join(folder, 'bin', 'initdb'), user, [
      `--pgdata=${draft}`,
      `--username=${account}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
    ]);
    let said = '';
    initdb.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-2_000);
    });
    const [code] = (await once(initdb, 'close')) as [number | null];
    if (code !== 0) throw unavailable(`initdb failed: ${said.trim()}`);
    await rename(draft, cluster);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

async function makeDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]*$/, '/postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [account]);
    if (rowCount === 0) await client.query('create database firebreak');
  } finally {
    await client.end();
  }
}
