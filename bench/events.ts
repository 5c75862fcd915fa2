/**
 * The line end to end: a sender posts Kubernetes audit and CloudTrail events over HTTP on loopback into a real `serve` with a real
 * PostgreSQL, all rules and detectors on. First as fast as it goes, then at a rate with deciding events among the background, and in
 * the same run a bare COPY of the same rows, to divide by. Core time is told by process and thread: it depends little on what else the
 * machine does.
 *
 *     node bench/events.ts [--seconds 20] [--rate 20000] [--hold-back 1]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { IntakeStatus, TakenEvents } from '@firebreak/contract';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { cloudTrailEvent, kubernetesEvent } from './event-bodies.ts';
import { median, printTable } from './measure.ts';
import { startServer } from './peers/postgresql.ts';

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '20000' },
    'hold-back': { type: 'string', default: '1' },
  },
});
const ticksPerSecond = 100;
const warmUpSeconds = 10;
/** Threads of the engine have names of its own: what collects and compiles, and what waits for files. */
const called: Readonly<Record<string, string>> = {
  MainThread: 'server, main thread',
  V8Worker: 'server, collecting and compiling',
  'libuv-worker': 'server, packing',
};
const round = (value: number) => Math.round(value).toLocaleString('en');
const micro = (seconds: number, events: number) => `${((seconds / events) * 1e6).toFixed(1)} µs`;
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const data = await mkdtemp(join(tmpdir(), 'firebreak-bench-'));
const database = startServer();
const server = spawn(
  process.execPath,
  [
    path('../packages/platform/src/app/main.ts'),
    'serve',
    '--data',
    data,
    '--database',
    database.url,
    '--port',
    '0',
    '--json',
    '--hold-back',
    options['hold-back'],
  ],
  { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, FIREBREAK_LOG: 'silent' } },
);
try {
  await measure();
} finally {
  server.kill('SIGTERM');
  await once(server, 'exit');
  database.stop();
  await rm(data, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const ready = JSON.parse(await firstLine(server.stdout)) as { address: string; signInLink: string };
  const { address } = ready;
  const token = await newToken(ready);
  const ask = async <T>(path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(new URL(path, address), {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  // Until the engine has compiled what is hot.
  await send(address, token, warmUpSeconds, 0);
  await caughtUp(ask);

  const rows: string[][] = [];
  const before = { size: await databaseSize(), usage: usage() };
  const flat = await send(address, token, Number(options.seconds), 0);
  const sent = usage();
  const behind = await ask<IntakeStatus>('/api/intake');
  await caughtUp(ask);
  const seen = usage();
  const size = (await databaseSize()) - before.size;
  const perSecond = (flat.kept / flat.milliseconds) * 1000;
  const parts = [...seen.parts].map(([part, seconds]) => ({
    part,
    seconds: seconds - (before.usage.parts.get(part) ?? 0),
  }));
  const spent = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  rows.push(
    ['taken, as fast as it goes', `${round(perSecond)} events/s`],
    ['their bytes', `${round(((flat.bytes / flat.milliseconds) * 1000) / 2 ** 20)} MB/s`],
    ['told to come again', String(flat.refused)],
    ['watch behind at the end', `${round((behind.watch?.last ?? 0) - (behind.watch?.position ?? 0))} events`],
    [
      'seen by the watch, all rules',
      `${round((flat.kept / (flat.milliseconds + (seen.at - sent.at))) * 1000)} events/s`,
    ],
    ['core time of server and database, an event', `${micro(spent, flat.kept)} (of ${round(flat.kept)} events)`],
    ...parts
      .sort((one, other) => other.seconds - one.seconds)
      .map(({ part, seconds }) => [`  ${part}`, micro(seconds, flat.kept)]),
    ['core time of the sender, an event', micro(flat.coreSeconds, flat.kept)],
    ['events a core and second', round(flat.kept / spent)],
    ['bytes stored an event', `${Math.round(size / flat.kept)} of ${Math.round(flat.bytes / flat.kept)} sent`],
  );

  const bare = await bareCopy(50_000);
  rows.push(
    ['bare COPY of the same rows', `${round(bare.perSecond)} events/s, ${Math.round(bare.bytes)} bytes an event`],
    ['taken to bare COPY', (perSecond / bare.perSecond).toFixed(2)],
  );

  const steady = send(address, token, Number(options.seconds), Number(options.rate));
  await sleep(1000);
  const deciding = await decide(ask, Number(options.seconds) - 3);
  const kept = await steady;
  const { watch } = await ask<IntakeStatus>('/api/intake');
  const worst = Math.max(...deciding);
  rows.push(
    [`at ${round(Number(options.rate))} events/s wanted`, `${round((kept.kept / kept.milliseconds) * 1000)} events/s`],
    [
      '  kept of those wanted',
      `${round(kept.kept)} of ${round(Number(options.rate) * Number(options.seconds))}, ${(kept.milliseconds / 1000).toFixed(1)} s to the last answer`,
    ],
    ['told to come again', String(kept.refused)],
    ['lag of the watch, p50 and p99', `${watch?.lagMs?.p50} ms, ${watch?.lagMs?.p99} ms`],
    [
      'deciding event → detection taken',
      `median ${Math.round(median(deciding))} ms, worst ${Math.round(worst)} ms of ${deciding.length}`,
    ],
  );
  const { rules = 0, correlations = 0, detectors = 0 } = watch ?? {};
  console.log(
    `\n${availableParallelism()} cores with the sender on them; ${rules} rules, ${correlations} correlations, ${detectors} detectors\n`,
  );
  printTable(['events', ''], rows);
}

interface Sent {
  readonly kept: number;
  readonly refused: number;
  readonly bytes: number;
  readonly milliseconds: number;
  readonly coreSeconds: number;
}

async function send(address: string, token: string, seconds: number, rate: number): Promise<Sent> {
  const child = spawn(process.execPath, [path('./event-sender.ts'), address, token, String(seconds), String(rate)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return JSON.parse(printed) as Sent;
}

type Ask = <T>(path: string, body?: unknown) => Promise<T>;

async function caughtUp(ask: Ask): Promise<void> {
  for (;;) {
    const { watch } = await ask<IntakeStatus>('/api/intake');
    if (watch !== null && watch.position >= watch.last) return;
    await sleep(100);
  }
}

/** An event that a rule speaks on, sent alone, every second: until the watch's count of detections has grown. */
async function decide(ask: Ask, seconds: number): Promise<number[]> {
  const took: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const { watch } = await ask<IntakeStatus>('/api/intake');
    const known = watch?.detections ?? 0;
    const event = {
      ...cloudTrailEvent(took.length),
      eventSource: 'cloudtrail.amazonaws.com',
      eventName: 'StopLogging',
      eventTime: new Date().toISOString(),
      requestParameters: { name: `trail-${took.length}` },
      resources: [],
    };
    const start = performance.now();
    const { kept } = await untilTaken(() => ask<TakenEvents>('/api/log', event));
    if (kept !== 1) throw new Error('the deciding event was not taken');
    while (((await ask<IntakeStatus>('/api/intake')).watch?.detections ?? 0) <= known) await sleep(50);
    took.push(performance.now() - start);
    await sleep(500);
  }
  return took;
}

/** A sender that is told to come again does; what it waits counts. */
async function untilTaken<T>(send: () => Promise<T>): Promise<T> {
  for (;;) {
    const taken = await send().catch((error: Error) => {
      if (!error.message.includes(': 503 ')) throw error;
    });
    if (taken !== undefined) return taken;
    await sleep(200);
  }
}

/** The same rows as plain columns with the id as key: what a database costs that does nothing else. */
async function bareCopy(count: number): Promise<{ perSecond: number; bytes: number }> {
  const rows = Array.from({ length: count }, (_, at) => {
    const event = at % 2 === 0 ? kubernetesEvent(at) : cloudTrailEvent(at);
    const raw = JSON.stringify(event).replaceAll('\\', '\\\\');
    return `${at}\t${new Date().toISOString()}\t${raw}\n`;
  });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('create table bare (id text primary key, at timestamptz not null, raw text not null)');
  const start = performance.now();
  for (let at = 0; at < count; at += 2000)
    await pipeline(Readable.from([rows.slice(at, at + 2000).join('')]), client.query(copyFrom('copy bare from stdin')));
  const took = performance.now() - start;
  const [{ size }] = (await client.query<{ size: string }>("select pg_total_relation_size('bare') as size")).rows as [
    { size: string },
  ];
  await client.end();
  return { perSecond: (count / took) * 1000, bytes: Number(size) / count };
}

async function databaseSize(): Promise<number> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ size: string }>(
    "select sum(pg_total_relation_size(c)) as size from unnest(array['event_block', 'event_key', 'event_term']) as c",
  );
  await client.end();
  return Number(rows[0]?.size);
}

interface Usage {
  readonly at: number;
  /** Core seconds by thread of the server, and of all processes of PostgreSQL. */
  readonly parts: ReadonlyMap<string, number>;
}

function usage(): Usage {
  const [postmaster] = readFileSync(join(database.folder ?? '', 'data', 'postmaster.pid'), 'utf8').split('\n');
  const parts = new Map<string, number>([['PostgreSQL', withChildren(Number(postmaster))]]);
  const add = (part: string, seconds: number) => parts.set(part, (parts.get(part) ?? 0) + seconds);
  let threads = 0;
  for (const thread of readdirSync(`/proc/${server.pid}/task`)) {
    const path = `/proc/${server.pid}/task/${thread}`;
    const name = readFileSync(`${path}/comm`, 'utf8').trim();
    const seconds = secondsIn(path, 13);
    threads += seconds;
    add(called[name] ?? `server, thread ${name}`, seconds);
  }
  // What threads used that are gone.
  add('server, thread others', Math.max(0, secondsIn(`/proc/${server.pid}`, 13) - threads));
  return { at: performance.now(), parts };
}

/** Fields 14 and 15 of `stat`, and for processes that were waited for 16 and 17. */
function secondsIn(folder: string, upto: 13 | 15): number {
  const fields = statOf(folder);
  return fields.slice(11, upto).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
}

function withChildren(parent: number): number {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(`/proc/${name}`)[1] === String(parent),
  );
  return [String(parent), ...children].reduce((sum, pid) => sum + secondsIn(`/proc/${pid}`, 15), 0);
}

/** From the third field on: what stands in brackets before may hold blanks. */
function statOf(folder: string): string[] {
  try {
    return readFileSync(`${folder}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return [];
  }
}

async function firstLine(stream: Readable): Promise<string> {
  let read = '';
  for await (const piece of stream) {
    read += String(piece);
    const end = read.indexOf('\n}\n') + 1 || read.indexOf('}\n');
    if (end > 0) return read;
  }
  throw new Error('the server ended');
}

async function newToken({ address, signInLink }: { address: string; signInLink: string }): Promise<string> {
  const post = async (path: string, body: unknown, cookie = '') => {
    const answer = await fetch(new URL(path, address), {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', cookie },
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer;
  };
  const link = new URL(signInLink).hash.replace('#link=', '');
  const signedIn = await post('/api/sign-in', { link, name: 'bench' });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ');
  const made = await post('/api/tokens', { name: 'bench', role: 'admin', expiresInDays: 1 }, cookie);
  return ((await made.json()) as { token: string }).token;
}
