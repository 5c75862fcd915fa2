import type { Database } from './database.ts';

/** Which of these are ids of detections or of incidents that this database has. */
export async function ownFindings(database: Database, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = [...new Set(ids)].filter((id) => !id.includes('\0'));
  if (asked.length === 0) return new Set();
  const rows = await database.query<{ id: string }>(
    'select id from detection where id = any($1::text[]) union select id from incident where id = any($1::text[])',
    [asked],
  );
  return new Set(rows.map(({ id }) => id));
}
