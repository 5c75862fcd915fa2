/** The same events as Parquet files with a column for each field, as somebody would keep them without us, asked by DuckDB. */
import { appendFileSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface ParquetPeer {
  /** Bytes of its files. */
  readonly bytes: number;
  /** Files are made of so many events at once: call it with as many as memory holds. */
  add(events: readonly object[]): Promise<void>;
  /** @param condition SQL over the fields. @returns how many hold; the newest hundred are read as well */
  ask(condition: string): Promise<number>;
  close(): void;
}

const eventsOfFile = 100_000;

/** @param folder its own, empty */
export async function parquetPeer(folder: string): Promise<ParquetPeer> {
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '4GB', threads: '2' });
  const connection = await instance.connect();
  const lines = join(folder, 'lines.json');
  let [waiting, no, files] = [0, 0, 0];
  const close = async () => {
    if (waiting === 0) return;
    const file = join(folder, `${files}.parquet`);
    await connection.run(
      `copy (select * from read_json('${lines}', format = 'newline_delimited', union_by_name = true) order by no desc)
       to '${file}' (format parquet, compression zstd)`,
    );
    rmSync(lines);
    [waiting, files] = [0, files + 1];
  };
  const all = `read_parquet('${join(folder, '*.parquet')}', union_by_name = true)`;
  return {
    get bytes() {
      return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    },
    add: async (events) => {
      appendFileSync(lines, events.map((event) => `${JSON.stringify({ no: no++, ...event })}\n`).join(''));
      waiting += events.length;
      if (waiting >= eventsOfFile) await close();
    },
    ask: async (condition) => {
      await close();
      const counted = await connection.runAndReadAll(`select count(*)::integer from ${all} where ${condition}`);
      await connection.runAndReadAll(`select * from ${all} where ${condition} order by no desc limit 100`);
      return Number(counted.getRows()[0]?.[0] ?? 0);
    },
    close: () => instance.closeSync(),
  };
}
