import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { medianOf } from '../measure.ts';
import type { PeerGraph, PeerResult } from './peer.ts';

/** A recursive common table expression over an indexed table of edges, in memory as far as the server may. */
export async function postgresqlBlast(graph: PeerGraph, url: string, runs: number): Promise<PeerResult> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
  } catch (error) {
    return { missing: `cannot connect: ${(error as Error).message}` };
  }
  try {
    const start = performance.now();
    await client.query("SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'");
    await client.query('CREATE TEMPORARY TABLE step (tail integer NOT NULL, head integer NOT NULL)');
    await pipeline(Readable.from(lines(graph)), client.query(copyFrom('COPY step FROM STDIN')));
    await client.query('CREATE INDEX ON step (tail, head)');
    await client.query('VACUUM ANALYZE step');
    const loaded = performance.now() - start;
    let reached = 0;
    const query = `WITH RECURSIVE reached(node) AS (
      SELECT ${graph.source} UNION SELECT step.head FROM reached JOIN step ON step.tail = reached.node
    ) SELECT count(*)::integer AS n FROM reached`;
    const time = await medianOf(runs, async () => {
      reached = (await client.query<{ n: number }>(query)).rows[0]?.n ?? 0;
    });
    return { time, reached, loaded };
  } finally {
    await client.end();
  }
}

function* lines({ tails, heads }: PeerGraph): Generator<string> {
  for (let from = 0; from < tails.length; from += 10_000) {
    let chunk = '';
    for (let edge = from; edge < Math.min(tails.length, from + 10_000); edge += 1) {
      chunk += `${tails[edge]}\t${heads[edge]}\n`;
    }
    yield chunk;
  }
}

export interface Server {
  readonly url: string;
  readonly stop: () => void;
}

/** A server of our own by the peer script, for when no database is named. @throws when the script fails. */
export function startPostgresql(): Server {
  const script = (name: string) => new URL(`../../peers/postgresql/${name}`, import.meta.url).pathname;
  const env = new Map(
    execFileSync(script('start'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const [url, folder] = [env.get('FIREBREAK_DATABASE_URL'), env.get('FIREBREAK_POSTGRESQL_DIR')];
  if (url === undefined || folder === undefined) throw new Error('peers/postgresql/start printed no database');
  return { url, stop: () => execFileSync(script('stop'), [folder], { stdio: 'inherit' }) };
}
