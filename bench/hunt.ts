/**
 * Hunting: questions over stored events, in the database and in cold files, beside the same questions as plain SQL over a table of the
 * same events as jsonb with a GIN index, on the same PostgreSQL, and over Parquet files with a column a field, by DuckDB. Each answer is
 * the newest hundred and the number of all.
 *
 *     node bench/hunt.ts [--events 1000000] [--runs 3]
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { everyPiece } from '../packages/platform/src/app/handlers/hunt.ts';
import { prepareValues } from '../packages/platform/src/events/prepare.ts';
import { conditionOf, wishOf } from '../packages/platform/src/investigation/hunt/condition.ts';
import { hunt } from '../packages/platform/src/investigation/hunt/hunt.ts';
import { judgeOf, pathsOf } from '../packages/platform/src/investigation/hunt/judge.ts';
import { parseHunt } from '../packages/platform/src/investigation/hunt/parse.ts';
import { openStorage } from '../packages/platform/src/storage/storage.ts';
import { cloudTrailEvent, kubernetesEvent } from './event-bodies.ts';
import { mediansInTurns, milliseconds, printTable, times } from './measure.ts';
import { parquetPeer } from './peers/duckdb-parquet.ts';
import { startServer } from './peers/postgresql.ts';

const { values: options } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, runs: { type: 'string', default: '3' } },
});
const [count, runs] = [Number(options.events), Number(options.runs)];
const atOnce = 4000;
/** Somebody who is seen for a short time only, as an attacker is. */
const stolen = { from: Math.floor(count / 3), events: 200, user: 'system:serviceaccount:ml-0:stolen' };

const theOneAt = 2 * Math.floor(count / 5);
const theOne = '01234567-89ab-4cde-8f01-23456789abcd';

const questions = [
  {
    name: 'an identity seen for a short time',
    hunt: 'actor = kubernetes:ServiceAccount/ml-0/stolen',
    holds: { user: { username: stolen.user } },
    where: `"user".username = '${stolen.user}'`,
  },
  {
    name: 'an identity in one of a hundred events',
    hunt: 'actor = kubernetes:ServiceAccount/ml-3/runner-3',
    holds: { user: { username: 'system:serviceaccount:ml-3:runner-3' } },
    where: `"user".username = 'system:serviceaccount:ml-3:runner-3'`,
  },
  {
    name: 'a field, one of a thousand',
    hunt: 'raw.objectRef.name = pod-8',
    holds: { objectRef: { name: 'pod-8' } },
    where: "objectRef.name = 'pod-8'",
  },
  {
    name: 'a field that nothing has',
    hunt: 'raw.userAgent = curl',
    holds: { userAgent: 'curl' },
    where: "userAgent = 'curl'",
  },
  {
    name: 'an id that one event has',
    hunt: `raw.auditID = ${theOne}`,
    holds: { auditID: theOne },
    where: `auditID = '${theOne}'`,
  },
] as const;

const folder = await mkdtemp(join(tmpdir(), 'firebreak-bench-'));
const coldFolder = join(folder, 'cold');
const database = startServer();
const peer = new pg.Client(database.url);
const parquet = await parquetPeer(join(folder, 'parquet-peer'));
const storage = await openStorage({ url: database.url });
try {
  await peer.connect();
  await peer.query('create table plain (no bigserial primary key, raw jsonb not null)');
  const received = new Date('2026-10-01T00:00:00Z');
  for (let at = 0; at < count; at += atOnce) {
    const events = Array.from({ length: Math.min(atOnce, count - at) }, (_, each) => eventAt(at + each));
    const { batches } = prepareValues(events, { locator: 'bench', received: received.toISOString() });
    await storage.eventStore.append(batches, received);
    await parquet.add(events);
    await peer.query('insert into plain (raw) select value from json_array_elements($1::json)', [
      JSON.stringify(events),
    ]);
  }
  await peer.query('create index plain_raw on plain using gin (raw jsonb_path_ops)');
  const columning = { at: performance.now(), used: process.cpuUsage() };
  while ((await storage.columnNext(new Date())) > 0);
  const columned = performance.now() - columning.at;
  const { user, system } = process.cpuUsage(columning.used);
  await peer.query('vacuum analyze');
  const cold = storage.openColdEvents(coldFolder);
  const parts = { storage, coldEvents: cold };

  const [sizes] = (
    await peer.query<{ plain: number; blocks: number; columns: number }>(
      `select pg_total_relation_size('plain')::float8 as plain,
         (pg_total_relation_size('event_block') + pg_total_relation_size('event_term') + pg_total_relation_size('event_key'))::float8 as blocks,
         (pg_total_relation_size('event_columns') + pg_total_relation_size('event_column'))::float8 as columns`,
    )
  ).rows;
  const hot = await measured(parts);
  // The newest block never leaves the database; one event more, and it is not the newest.
  const last = prepareValues([eventAt(count)], { locator: 'bench', received: new Date().toISOString() });
  await storage.eventStore.append(last.batches, new Date());
  const start = performance.now();
  while ((await cold.move(new Date('2026-11-01'), new Date(), async () => undefined)) !== undefined);
  const moved = performance.now() - start;
  const files = await readdir(coldFolder);
  const bytes = (await Promise.all(files.map((name) => stat(join(coldFolder, name))))).reduce(
    (sum, { size }) => sum + size,
    0,
  );
  const inFiles = await measured(parts);

  const megabytes = (value = 0) => `${Math.round(value / 1e6)} MB`;
  console.log(`${count} events; runs ${runs}; medians.\n`);
  printTable(
    [
      'question',
      'found',
      'database',
      'files',
      'GIN',
      'scan',
      'Parquet',
      'GIN/database',
      'scan/database',
      'Parquet/files',
    ],
    questions.map(({ name }, at) => {
      const [a, b] = [hot[at], inFiles[at]];
      if (a === undefined || b === undefined) throw new Error('a question was not measured');
      return [
        name,
        String(a.found),
        milliseconds(a.hunt),
        milliseconds(b.hunt),
        milliseconds(a.gin),
        milliseconds(a.scan),
        milliseconds(b.parquet),
        times(a.gin / a.hunt),
        times(a.scan / a.hunt),
        times(b.parquet / b.hunt),
      ];
    }),
  );
  console.log(
    `\nDatabase ${megabytes(sizes?.blocks)} and columns ${megabytes(sizes?.columns)}, made at ${((user + system) / count).toFixed(1)} µs of processor time an event (${((columned * 1000) / count).toFixed(1)} µs by the clock); jsonb with its index ${megabytes(sizes?.plain)}, ${files.length} files ${megabytes(bytes)}, those of the peer ${megabytes(parquet.bytes)}; written, read back and taken out of the database at ${Math.round((count / moved) * 1000)} events a second.`,
  );
} finally {
  await peer.end();
  parquet.close();
  await storage.close();
  database.stop();
  await rm(folder, { recursive: true });
}

function eventAt(at: number): object {
  if (at % 2 === 1) return cloudTrailEvent(at >> 1);
  const event = at === theOneAt ? { ...kubernetesEvent(at >> 1), auditID: theOne } : kubernetesEvent(at >> 1);
  if (at < stolen.from || at >= stolen.from + 2 * stolen.events) return event;
  return { ...event, user: { username: stolen.user } };
}

async function measured(parts: Parameters<typeof everyPiece>[0]) {
  const rows: { found: number; hunt: number; gin: number; scan: number; parquet: number }[] = [];
  for (const { hunt: text, holds, where } of questions) {
    const query = parseHunt(text, new Date());
    const ids = () => [];
    const ask = () =>
      hunt(everyPiece(parts, wishOf(query, ids), Number.MAX_SAFE_INTEGER, pathsOf(query)), {
        query: text,
        fits: conditionOf(query, ids),
        judge: judgeOf(query, ids),
        limit: 100,
        later: false,
        spent: () => false,
      });
    const sql = async (bitmap: 'on' | 'off') => {
      // Left to itself the planner reads the whole table: it takes the index for worse than it is.
      await peer.query(`set enable_bitmapscan = ${bitmap}; set enable_seqscan = ${bitmap === 'on' ? 'off' : 'on'}`);
      await peer.query(`set enable_indexscan = ${bitmap === 'on' ? 'off' : 'on'}`);
      const { rows: found } = await peer.query<{ of: string }>(
        'select count(*) over () as of, no, raw from plain where raw @> $1::jsonb order by no desc limit 100',
        [JSON.stringify(holds)],
      );
      return Number(found[0]?.of ?? 0);
    };
    const { found } = await ask();
    const wanted = await sql('on');
    if (found !== wanted) throw new Error(`${text}: ${found} found, and ${wanted} by SQL.`);
    const byParquet = await parquet.ask(where);
    if (found !== byParquet) throw new Error(`${text}: ${found} found, and ${byParquet} in Parquet.`);
    const taken = await mediansInTurns(runs, {
      hunt: ask,
      gin: () => sql('on'),
      scan: () => sql('off'),
      parquet: () => parquet.ask(where),
    });
    rows.push({ found, ...taken });
  }
  return rows;
}
