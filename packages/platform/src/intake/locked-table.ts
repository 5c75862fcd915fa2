/** DuckDB for a file from a stranger: with a bound on memory, and able to open that one file and nothing else. */
import type { DuckDBConnection } from '@duckdb/node-api';

export interface LockedTable {
  readonly connection: DuckDBConnection;
  /** What to select from; `$path` is to be bound to the path. */
  readonly source: string;
  close(): void;
}

/** @param path of a CSV, TSV or Parquet file, without links. What kind it is, its name says */
export async function openLockedTable(path: string): Promise<LockedTable> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { memory_limit: '1GB', threads: '2' });
  const connection = await instance.connect();
  // A table may not lead anywhere: no network, no other file, no extension, and nobody can allow it again.
  await connection.run(`set allowed_paths = ['${path.replaceAll("'", "''")}']`);
  await connection.run('set enable_external_access = false');
  await connection.run('set lock_configuration = true');
  const source = /\.parquet$/i.test(path) ? 'read_parquet($path)' : 'read_csv($path, all_varchar = true)';
  return { connection, source, close: () => instance.closeSync() };
}
