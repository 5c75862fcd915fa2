import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { medianOf } from '../measure.ts';
import type { PeerGraph, PeerResult } from './peer.ts';

/** What we call of kuzu; its own types come with it, but it may be absent. */
interface Kuzu {
  readonly Database: new (path: string, bufferBytes?: number) => { close(): Promise<void> };
  readonly Connection: new (database: unknown, threads?: number) => KuzuConnection;
}
interface KuzuConnection {
  query(cypher: string): Promise<{ getAll(): Promise<Record<string, unknown>[]> }>;
  close(): Promise<void>;
}

/** The embedded graph database, in this process, asked for the same blast radius by a recursive pattern. */
export async function kuzuBlast(graph: PeerGraph, folder: string, runs: number): Promise<PeerResult> {
  let kuzu: Kuzu;
  try {
    kuzu = createRequire(import.meta.url)('kuzu') as Kuzu;
  } catch (error) {
    return { missing: `not installed (npm ci --prefix bench/peers): ${(error as Error).message.split('\n', 1)[0]}` };
  }
  const database = new kuzu.Database(join(folder, 'kuzu'), 4 * 1024 ** 3);
  const connection = new kuzu.Connection(database);
  try {
    const start = performance.now();
    await writeLines(join(folder, 'nodes.csv'), graph.nodeCount, (node) => `${node}`);
    await writeLines(
      join(folder, 'edges.csv'),
      graph.tails.length,
      (edge) => `${graph.tails[edge]},${graph.heads[edge]}`,
    );
    await connection.query('CREATE NODE TABLE Holding(id INT64, PRIMARY KEY(id))');
    await connection.query('CREATE REL TABLE Step(FROM Holding TO Holding)');
    await connection.query(`COPY Holding FROM "${join(folder, 'nodes.csv')}"`);
    await connection.query(`COPY Step FROM "${join(folder, 'edges.csv')}"`);
    const loaded = performance.now() - start;
    let reached = 0;
    const query = `MATCH (a:Holding {id: ${graph.source}})-[:Step* SHORTEST 1..30]->(b:Holding) RETURN count(DISTINCT b.id) AS n`;
    const time = await medianOf(runs, async () => {
      const [row] = await (await connection.query(query)).getAll();
      reached = Number(row?.n);
    });
    return { time, reached, loaded };
  } finally {
    await connection.close();
    await database.close();
  }
}

async function writeLines(file: string, count: number, line: (index: number) => string): Promise<void> {
  const stream = createWriteStream(file);
  for (let from = 0; from < count; from += 10_000) {
    const lines: string[] = [];
    for (let index = from; index < Math.min(count, from + 10_000); index += 1) lines.push(line(index));
    if (!stream.write(`${lines.join('\n')}\n`)) await new Promise((resolve) => stream.once('drain', resolve));
  }
  stream.end();
  await finished(stream);
}
