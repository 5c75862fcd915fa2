/** How much of what is in the database, for whoever watches the watcher. A few aggregates, each by an index or over few rows. */
import type { Database } from './database.ts';

export interface DatabaseFigures {
  readonly bytes: number;
  readonly connections: number;
  /** By the first word of the detector's id. */
  readonly detections: readonly { readonly family: string; readonly severity: number; readonly count: number }[];
  /** Neither closed nor merged; the severity is null before somebody or something judged it. */
  readonly openIncidents: readonly { readonly severity: string | null; readonly count: number }[];
  readonly executions: readonly { readonly direction: string; readonly state: string; readonly count: number }[];
  /** What comes after each way out's place: detections and entries of the ledger. */
  readonly outlets: readonly { readonly outlet: string; readonly backlog: number }[];
  readonly rotation: readonly { readonly state: string; readonly count: number }[];
}

/** @throws whatever the database fails with */
export async function databaseFigures(database: Database): Promise<DatabaseFigures> {
  const [size] = await database.query<{ bytes: string; connections: string }>(
    `select pg_database_size(current_database())::text as bytes,
       (select count(*) from pg_stat_activity where datname = current_database())::text as connections`,
  );
  const detections = await database.query<{ family: string; severity: number; count: number }>(
    `select split_part(detector, '/', 1) as family, severity::int, count(*)::int as count from detection
     group by 1, 2 order by 1, 2`,
  );
  const openIncidents = await database.query<{ severity: string | null; count: number }>(
    `select c.severity::json ->> 'level' as severity, count(*)::int as count
     from incident i left join incident_case c on c.incident = i.id
     where c.closed_at is null and c.merged_into is null group by 1 order by 1`,
  );
  const executions = await database.query<{ direction: string; state: string; count: number }>(
    'select direction, state, count(*)::int as count from execution group by 1, 2 order by 1, 2',
  );
  const outlets = await database.query<{ outlet: string; backlog: string }>(
    `select outlet, ((select count(*) from detection d where d.no > p.detection)
       + greatest(0, (select size from ledger_state) - p.entry))::text as backlog from outlet_place p order by outlet`,
  );
  const rotation = await database.query<{ state: string; count: number }>(
    'select state, count(*)::int as count from rotation_item group by 1 order by 1',
  );
  return {
    bytes: Number(size?.bytes ?? 0),
    connections: Number(size?.connections ?? 0),
    detections,
    openIncidents,
    executions,
    outlets: outlets.map(({ outlet, backlog }) => ({ outlet, backlog: Number(backlog) })),
    rotation,
  };
}
