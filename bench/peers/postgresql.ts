import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { chunks, type Missing, type Peer, type PeerGraph, timed } from './peer.ts';

/**
 * Recursive common table expressions over an indexed table, with memory enough that nothing spills to disk.
 *
 * @param url a database to use; a server of our own by the peer script when none is named
 * @param kept whether the table is to outlive a crash of the server; a temporary one is faster
 */
export async function postgresqlPeer(
  graph: PeerGraph,
  url: string | undefined,
  kept: 'durable' | 'temporary' = 'temporary',
): Promise<Peer | Missing> {
  const name = 'PostgreSQL, recursive CTE';
  let server: Server;
  try {
    server = url === undefined ? startServer() : { url, stop: () => {} };
  } catch (error) {
    return { name, missing: `peers/postgresql/start failed: ${(error as Error).message.split('\n', 1)[0]}` };
  }
  const client = new pg.Client({ connectionString: server.url });
  try {
    await client.connect();
  } catch (error) {
    server.stop();
    return { name, missing: `cannot connect: ${(error as Error).message}` };
  }
  const number = async (query: string, values: unknown[] = []) =>
    (await client.query<{ n: number }>(query, values)).rows[0]?.n ?? 0;
  const copy = ({ tails, heads }: Pick<PeerGraph, 'tails' | 'heads'>, table: string) =>
    pipeline(
      Readable.from(chunks(tails.length, (edge) => `${tails[edge]}\t${heads[edge]}\n`)),
      client.query(copyFrom(`COPY ${table} FROM STDIN`)),
    );
  const start = performance.now();
  await client.query("SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'; SET temp_buffers = '1GB'");
  await client.query(
    `CREATE ${kept === 'durable' ? '' : 'TEMPORARY'} TABLE step (tail integer NOT NULL, head integer NOT NULL)`,
  );
  await copy(graph, 'step');
  await client.query('CREATE INDEX ON step (tail, head)');
  await client.query('VACUUM ANALYZE step');
  const loaded = performance.now() - start;

  return {
    name,
    loaded,
    blast: (source) =>
      timed(() =>
        number(
          `WITH RECURSIVE reached(node) AS (
             SELECT $1::integer UNION SELECT step.head FROM reached JOIN step ON step.tail = reached.node
           ) SELECT count(*)::integer AS n FROM reached`,
          [source],
        ),
      ),
    exposure: (starts, goals) =>
      timed(() =>
        number(
          `WITH RECURSIVE reached(start, node) AS (
             SELECT start, start FROM unnest($1::integer[]) AS start
             UNION SELECT reached.start, step.head FROM reached JOIN step ON step.tail = reached.node
           ) SELECT count(*)::integer AS n FROM reached WHERE node <> start AND node = ANY($2::integer[])`,
          [starts, goals],
        ),
      ),
    distance: (source, goal) =>
      timed(() =>
        number(
          `WITH RECURSIVE reached(node, steps) AS (
             SELECT $1::integer, 0
             UNION SELECT step.head, steps + 1 FROM reached JOIN step ON step.tail = reached.node WHERE steps < 30
           ) SELECT min(steps) AS n FROM reached WHERE node = $2`,
          [source, goal],
        ),
      ),
    change: ({ removed, added }) =>
      timed(async () => {
        await client.query('CREATE TEMPORARY TABLE gone (tail integer NOT NULL, head integer NOT NULL)');
        await copy(removed, 'gone');
        await client.query('ANALYZE gone');
        await client.query('DELETE FROM step USING gone WHERE step.tail = gone.tail AND step.head = gone.head');
        await client.query('DROP TABLE gone');
        await copy(added, 'step');
        return number('SELECT count(*)::integer AS n FROM step');
      }),
    close: async () => {
      await client.end();
      server.stop();
    },
  };
}

export interface Server {
  readonly url: string;
  /** Where it keeps everything; `data` in it is the database. */
  readonly folder?: string;
  readonly stop: () => void;
}

/** A server of our own, by the peer script. */
export function startServer(): Server {
  const script = (name: string) => fileURLToPath(new URL(`../../peers/postgresql/${name}`, import.meta.url));
  const printed = execFileSync(script('start'), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const printedValue = (name: string) => {
    const line = printed.split('\n').find((one) => one.startsWith(`${name}=`));
    if (line === undefined) throw new Error(`it printed no ${name}`);
    return line.slice(name.length + 1);
  };
  const folder = printedValue('FIREBREAK_POSTGRESQL_DIR');
  const url = printedValue('FIREBREAK_DATABASE_URL');
  const stop = () => {
    execFileSync(script('stop'), [folder], { stdio: 'inherit' });
    // The script made it for us, and keeps it for those who want to come back.
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, folder, stop };
}
