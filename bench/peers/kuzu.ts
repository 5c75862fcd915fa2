import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { chunks, type Missing, type Peer, type PeerGraph, timed } from './peer.ts';

/** What we call of kuzu. Its own types come with it, but it may be absent. */
interface Kuzu {
  readonly Database: new (path: string, bufferBytes?: number) => { close(): Promise<void> };
  readonly Connection: new (database: unknown) => KuzuConnection;
}
interface KuzuResult {
  getAll(): Promise<Record<string, unknown>[]>;
  close(): void;
}
interface KuzuConnection {
  query(cypher: string): Promise<KuzuResult>;
  close(): Promise<void>;
}

/** The embedded graph database, in this process, asked by recursive patterns; it uses all cores. */
export async function kuzuPeer(graph: PeerGraph): Promise<Peer | Missing> {
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
  const database = new kuzu.Database(join(folder, 'kuzu'), 4 * 1024 ** 3);
  const connection = new kuzu.Connection(database);
  // A result that outlives its database ends the process.
  const run = async (query: string) => (await connection.query(query)).close();
  const number = async (query: string) => {
    const result = await connection.query(query);
    const [row] = await result.getAll();
    result.close();
    return Number(row?.n);
  };
  const file = async (of: string, count: number, line: (index: number) => string) => {
    const path = join(folder, `${of}.csv`);
    await pipeline(Readable.from(chunks(count, line)), createWriteStream(path));
    return path;
  };
  const edges = (of: string, { tails, heads }: Pick<PeerGraph, 'tails' | 'heads'>) =>
    file(of, tails.length, (edge) => `${tails[edge]},${heads[edge]}\n`);
  const nodes = (of: string, from: number, to: number) => file(of, to - from, (node) => `${from + node}\n`);

  const start = performance.now();
  await run('CREATE NODE TABLE Holding(id INT64, PRIMARY KEY(id))');
  await run('CREATE REL TABLE Step(FROM Holding TO Holding)');
  await run(`COPY Holding FROM "${await nodes('nodes', 0, graph.nodeCount)}"`);
  await run(`COPY Step FROM "${await edges('edges', graph)}"`);
  const loaded = performance.now() - start;
  let nodeCount = graph.nodeCount;

  return {
    name,
    loaded,
    blast: (source) =>
      timed(() =>
        number(`MATCH (a:Holding {id: ${source}})-[:Step* SHORTEST 1..30]->(b:Holding) RETURN count(*) AS n`),
      ),
    exposure: (starts, goals) =>
      timed(() =>
        number(
          `MATCH (a:Holding)-[:Step* SHORTEST 1..30]->(b:Holding)
           WHERE a.id IN [${starts.join()}] AND b.id IN [${goals.join()}] AND a.id <> b.id RETURN count(*) AS n`,
        ),
      ),
    distance: (source, goal) =>
      timed(() =>
        number(
          `MATCH (a:Holding {id: ${source}})-[e:Step* SHORTEST 1..30]->(b:Holding {id: ${goal}}) RETURN length(e) AS n`,
        ),
      ),
    change: ({ nodeCount: next, removed, added }) =>
      timed(async () => {
        await run(
          `LOAD FROM "${await edges('removed', removed)}" MATCH (a:Holding)-[e:Step]->(b:Holding)
           WHERE a.id = CAST(column0, 'INT64') AND b.id = CAST(column1, 'INT64') DELETE e`,
        );
        if (next > nodeCount) await run(`COPY Holding FROM "${await nodes('more', nodeCount, next)}"`);
        nodeCount = next;
        await run(`COPY Step FROM "${await edges('added', added)}"`);
        return number('MATCH ()-[e:Step]->() RETURN count(*) AS n');
      }),
    close: async () => {
      await connection.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
