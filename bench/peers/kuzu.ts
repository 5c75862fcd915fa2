import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Peer, PeerGraph } from './peer.ts';

/** What we call of kuzu. Its own types come with it, but it may be absent. */
interface Kuzu {
  readonly Database: new (path: string, bufferBytes?: number) => { close(): Promise<void> };
  readonly Connection: new (database: unknown) => KuzuConnection;
}
interface KuzuConnection {
  query(cypher: string): Promise<{ getAll(): Promise<Record<string, unknown>[]> }>;
  close(): Promise<void>;
}

/** The embedded graph database, in this process, asked by a recursive pattern; it uses all cores. */
export async function kuzuPeer(graph: PeerGraph): Promise<Peer> {
  const name = 'kuzu 0.11.3, embedded';
  let kuzu: Kuzu;
  try {
    kuzu = createRequire(import.meta.url)('kuzu') as Kuzu;
  } catch (error) {
    return {
      name,
      missing: `not installed (npm ci --prefix bench/peers): ${(error as Error).message.split('\n', 1)[0]}`,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'firebreak-bench-'));
  const [nodes, edges] = [join(folder, 'nodes.csv'), join(folder, 'edges.csv')];
  const database = new kuzu.Database(join(folder, 'kuzu'), 4 * 1024 ** 3);
  const connection = new kuzu.Connection(database);

  const start = performance.now();
  await pipeline(Readable.from(chunks(graph.nodeCount, (node) => `${node}\n`)), createWriteStream(nodes));
  await pipeline(
    Readable.from(chunks(graph.tails.length, (edge) => `${graph.tails[edge]},${graph.heads[edge]}\n`)),
    createWriteStream(edges),
  );
  await connection.query('CREATE NODE TABLE Holding(id INT64, PRIMARY KEY(id))');
  await connection.query('CREATE REL TABLE Step(FROM Holding TO Holding)');
  await connection.query(`COPY Holding FROM "${nodes}"`);
  await connection.query(`COPY Step FROM "${edges}"`);
  const loaded = performance.now() - start;

  const query = `MATCH (a:Holding {id: ${graph.source}})-[:Step* SHORTEST 1..30]->(b:Holding) RETURN count(*) AS n`;
  return {
    name,
    loaded,
    blast: async () => Number((await (await connection.query(query)).getAll())[0]?.n),
    close: async () => {
      await connection.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Lines in pieces that are worth a write. */
export function* chunks(count: number, line: (index: number) => string): Generator<string> {
  for (let from = 0; from < count; from += 10_000) {
    let chunk = '';
    for (let index = from; index < Math.min(count, from + 10_000); index += 1) chunk += line(index);
    yield chunk;
  }
}
