/** Live progress: a small NOTIFY inside the transaction that it tells of, heard by every server on the database. */
import { z } from 'zod';
import type { Queryable } from './database.ts';

export const eventSchema = z.object({
  type: z.enum(['incident', 'plan', 'execution', 'break-glass', 'alarm', 'lease', 'detection', 'canary']),
  /** Null for what is of no incident, such as detections as a whole. */
  incident: z.string().nullable(),
});
/** Something of this incident has changed; look again. */
export type StorageEvent = z.infer<typeof eventSchema>;

export const eventChannel = 'firebreak_events';

/** Heard when the transaction commits; PostgreSQL folds equal ones of a transaction into one. */
export async function announce(
  tx: Queryable,
  type: StorageEvent['type'],
  incidents: readonly (string | null)[],
): Promise<void> {
  if (incidents.length === 0) return;
  const payloads = [...new Set(incidents)].map((incident) => JSON.stringify({ type, incident }));
  await tx.query('select pg_notify($1, payload) from unnest($2::text[]) as payload', [eventChannel, payloads]);
}
