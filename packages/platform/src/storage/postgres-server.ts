/**
 * One PostgreSQL server process: started on a free loopback port, watched, started again when it dies, and stopped on every
 * way out that our own process can notice. Which cluster and whose programs: `embedded-postgres.ts`.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError } from '@firebreak/contract';
import type { ServerUser } from './server-user.ts';

const restartsAllowed = 3;
/** A log that has grown beyond this begins anew at the next start. */
const logBytes = 10 * 1024 * 1024;

interface ServerOptions {
  readonly cluster: string;
  readonly programs: string;
  readonly user: ServerUser | null;
  readonly log: string;
}

export interface Server {
  readonly port: number;
  readonly pid: () => number;
  readonly lost: Promise<string>;
  stop(): Promise<void>;
}

/** @throws FirebreakError FB-STORAGE-UNAVAILABLE when it does not start. */
export async function superviseServer(options: ServerOptions): Promise<Server> {
  const { child: first, port } = await launchOnFreePort(options);
  let child = first;
  let stopping = false;
  let restarts = 0;
  const lost = Promise.withResolvers<string>();

  function watch(): void {
    child.once('exit', (code, signal) => {
      if (stopping) return;
      const how = `The embedded PostgreSQL ended by itself (${signal ?? `code ${code}`}); see ${options.log}.`;
      if (restarts === restartsAllowed) {
        lost.resolve(how);
        return;
      }
      restarts += 1;
      launchAgain(how).catch((error: unknown) => lost.resolve(`${how} Starting it again failed: ${String(error)}`));
    });
  }

  async function launchAgain(how: string): Promise<void> {
    // its own children may hold on to the shared memory for a moment
    for (let tries = 0; tries < 20 && !stopping; tries += 1) {
      await sleep(100);
      const next = await launch(options, port);
      if (next === null) continue;
      child = next;
      if (stopping) child.kill('SIGINT');
      else watch();
      return;
    }
    if (!stopping) lost.resolve(how);
  }

  async function stop(): Promise<void> {
    stopping = true;
    forget();
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    // fast shutdown: ends sessions, writes a checkpoint
    child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGQUIT'), 20_000);
    await exited;
    clearTimeout(timer);
  }

  watch();
  const forget = stopOnExit(() => child.kill('SIGINT'), stop);
  return { port, pid: () => child.pid ?? 0, lost: lost.promise, stop };
}

/**
 * `now` on the way out of `process.exit`, which waits for nothing; `then` on signals, which are raised again afterwards
 * unless somebody else handles them too (and will stop us in their own time). Gives a function that takes all this back.
 */
function stopOnExit(now: () => void, then: () => Promise<void>): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    then().finally(() => process.kill(process.pid, signal));
  };
  process.once('exit', now);
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    process.off('exit', now);
    for (const signal of signals) process.off(signal, onSignal);
  };
}

/** The port of last time if it is free, so that tools which were pointed at it go on working; else any. */
async function launchOnFreePort(options: ServerOptions): Promise<{ child: ChildProcess; port: number }> {
  const portFile = join(dirname(options.log), 'postgres.port');
  const kept = Number(await readFile(portFile, 'utf8').catch(() => ''));
  const candidates = [kept, 0, 0, 0].filter((port, at) => at > 0 || (port > 1023 && port < 65_536));
  for (const [tries, candidate] of candidates.entries()) {
    const port = await freePort(candidate);
    if (port === null) continue;
    // between our look and the server's bind somebody may take it: then the next one
    const child = await launch(options, port);
    if (child === null) {
      // or what a killed server left is still going: its own children hold on to the shared memory for a moment
      await sleep(250 * 2 ** tries);
      continue;
    }
    await writeFile(portFile, `${port}\n`);
    return { child, port };
  }
  throw unavailable(`PostgreSQL does not start; the end of ${options.log}: ${await logTail(options.log)}`);
}

async function freePort(wanted: number): Promise<number | null> {
  const probe = createServer();
  const listening = Promise.withResolvers<number | null>();
  probe.once('error', () => listening.resolve(null));
  probe.listen({ port: wanted, host: '127.0.0.1', exclusive: true }, () => {
    const address = probe.address();
    listening.resolve(typeof address === 'object' && address !== null ? address.port : null);
  });
  const port = await listening.promise;
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** The running server, or `null` when it ended before it was ready. */
async function launch({ cluster, programs, user, log }: ServerOptions, port: number): Promise<ChildProcess | null> {
  const settings: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    max_connections: 100,
    shared_buffers: '128MB',
    // one server without replicas: less to write
    wal_level: 'minimal',
    max_wal_senders: 0,
    max_wal_size: '2GB',
    jit: 'off',
    logging_collector: 'off',
    log_destination: 'stderr',
    log_timezone: 'UTC',
    timezone: 'UTC',
  };
  const written = await stat(log).then(
    ({ size }) => size,
    () => 0,
  );
  const output = await open(log, written > logBytes ? 'w' : 'a', 0o600);
  let child: ChildProcess;
  try {
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    child = run(join(programs, 'bin', 'postgres'), user, ['-D', cluster, ...flags], output.fd);
  } finally {
    await output.close();
  }
  let ended = false;
  child.once('exit', () => {
    ended = true;
  });
  while (!ended) {
    const note = await readPostmaster(cluster);
    if (note?.pid === child.pid && note?.ready) return child;
    await sleep(10);
  }
  return null;
}

/** A program of PostgreSQL's, as the account that it may run as. */
export function run(
  program: string,
  user: ServerUser | null,
  args: string[],
  output: 'pipe' | number = 'pipe',
): ChildProcess {
  const child = spawn(program, args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', output === 'pipe' ? 'ignore' : output, output],
    // nothing of our environment: PG* variables would be obeyed
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
  });
  // a program that cannot be started ends like one that failed
  child.once('error', () => child.emit('exit', 127, null));
  child.once('error', () => child.emit('close', 127, null));
  return child;
}

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** Lines of `postmaster.pid`: process id, data directory, start time, port, socket folder, address, memory key, status. */
export async function readPostmaster(cluster: string): Promise<Postmaster | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 1) return null;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

async function logTail(log: string): Promise<string> {
  return (await readFile(log, 'utf8').catch(() => '')).trimEnd().split('\n').slice(-3).join(' ').slice(-500);
}

export function unavailable(why: string, cause?: unknown): FirebreakError {
  return new FirebreakError('FB-STORAGE-UNAVAILABLE', why, cause === undefined ? {} : { cause });
}
