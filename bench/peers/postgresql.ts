import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { chunks } from './kuzu.ts';
import type { Peer, PeerGraph } from './peer.ts';

/**
 * A recursive common table expression over an indexed table, with memory enough that nothing spills to disk.
 *
 * @param url a database to use; a server of our own by the peer script when none is named
 */
export async function postgresqlPeer(graph: PeerGraph, url: string | undefined): Promise<Peer> {
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
  const start = performance.now();
  await client.query("SET work_mem = '512MB'; SET maintenance_work_mem = '512MB'; SET temp_buffers = '1GB'");
  await client.query('CREATE TEMPORARY TABLE step (tail integer NOT NULL, head integer NOT NULL)');
  await pipeline(
    Readable.from(chunks(graph.tails.length, (edge) => `${graph.tails[edge]}\t${graph.heads[edge]}\n`)),
    client.query(copyFrom('COPY step FROM STDIN')),
  );
  await client.query('CREATE INDEX ON step (tail, head)');
  await client.query('VACUUM ANALYZE step');
  const loaded = performance.now() - start;

  const query = `WITH RECURSIVE reached(node) AS (
    SELECT ${graph.source} UNION SELECT step.head FROM reached JOIN step ON step.tail = reached.node
  ) SELECT count(*)::integer AS n FROM reached`;
  return {
    name,
    loaded,
    blast: async () => (await client.query<{ n: number }>(query)).rows[0]?.n ?? 0,
    close: async () => {
      await client.end();
      server.stop();
    },
  };
}

interface Server {
  readonly url: string;
  readonly stop: () => void;
}

function startServer(): Server {
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
  return { url, stop };
}
