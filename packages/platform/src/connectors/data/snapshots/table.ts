/**
 * A table in a file (CSV, TSV, Parquet): its schema, how many rows it has, a digest over the rows that does not depend on their order, and
 * the file itself. `data:Table/<path>`. DuckDB reads it, with a bound on memory, and may open nothing but that one file.
 */
import { FirebreakError, type Snapshotter } from '@firebreak/contract';
import { fileOf } from '../../../intake/files-of.ts';
import { printable } from '../../../intake/foreign.ts';
import { openLockedTable } from '../../../intake/locked-table.ts';
import { theseBytes } from '../../../intake/open-body.ts';
import { type DataSession, readable } from '../session.ts';

export default {
  id: 'data.table',
  title: 'Table in a file',
  kinds: ['Table'],
  permissions: ['read the file'],
  takes: () => true,
  async *take({ path }, session, signal) {
    const real = await readable(path, session);
    const about = Buffer.from(JSON.stringify(await described(real)));
    signal.throwIfAborted();
    yield { name: 'table.json', mediaType: 'application/json', size: about.length, bytes: theseBytes(about) };
    yield await fileOf(real, real.split('/').at(-1) ?? 'table');
  },
} satisfies Snapshotter<DataSession>;

/** The digest of the rows: the sum of the lower halves of each row's MD5, so that the same rows in another order have the same. */
async function described(path: string) {
  const { connection, source, close } = await openLockedTable(path);
  try {
    const rowsOf = async (text: string) => {
      const statement = await connection.prepare(text);
      statement.bind({ path });
      return (await statement.runAndReadAll()).getRowObjectsJson();
    };
    const columns = await rowsOf(`select column_name, column_type from (describe select * from ${source})`);
    const [totals] = await rowsOf(
      `select count(*)::varchar as rows, coalesce(sum(md5_number_lower(t::varchar)::hugeint), 0)::varchar as sum from ${source} t`,
    );
    return {
      rows: Number(totals?.rows ?? 0),
      rowDigest: `md5-lower-sum:${String(totals?.sum ?? '0')}`,
      columns: columns.map(({ column_name: name, column_type: type }) => ({ name, type })),
    };
  } catch (cause) {
    if (cause instanceof FirebreakError) throw cause;
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    throw new FirebreakError('FB-EVIDENCE-PARTIAL', `It is no table that can be read: ${printable(why)}`, { cause });
  } finally {
    close();
  }
}
