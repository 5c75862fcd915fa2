/** Suppressions on PostgreSQL: made, ended, laid over detections. Never deleted: what they hid says by which. */
import type { Detection, SuppressionScope } from '@firebreak/contract';
import type { CaseStore, SuppressionRow } from '../investigation/cases/store.ts';
import type { Database, Transaction } from './database.ts';

type Suppressing = Pick<CaseStore<Transaction>, 'suppressions' | 'suppress' | 'endSuppression' | 'shown' | 'hide'>;

interface DatedSuppression extends Omit<SuppressionRow, 'at' | 'until' | 'lastHid' | 'scope'> {
  readonly scope: string;
  readonly at: Date;
  readonly until: Date;
  readonly lastHid: Date | null;
}

export function suppressionStore(database: Database): Suppressing {
  return {
    suppressions: async (tx) =>
      (
        await (tx ?? database).query<DatedSuppression>(
          `select s.id, s.scope, s.reason, s.by, s.at, s.until, s.ended_by as "endedBy",
             (select count(*) from detection d where d.suppressed_by = s.id) as hidden,
             (select max(d.taken) from detection d where d.suppressed_by = s.id) as "lastHid"
           from suppression s order by s.at desc, s.id`,
        )
      ).map((row) => ({
        ...row,
        scope: JSON.parse(row.scope) as SuppressionScope,
        at: row.at.toISOString(),
        until: row.until.toISOString(),
        lastHid: row.lastHid?.toISOString() ?? null,
      })),

    suppress: async (tx, { id, scope, reason, by, at, until }) => {
      await tx.query('insert into suppression (id, scope, reason, by, at, until) values ($1, $2, $3, $4, $5, $6)', [
        id,
        JSON.stringify(scope),
        reason.replaceAll('\0', '\ufffd'),
        by,
        at,
        until,
      ]);
    },

    endSuppression: async (tx, id, by, at) =>
      (
        await tx.query<{ id: string }>(
          'update suppression set until = $3, ended_by = $2 where id = $1 and until > $3 returning id',
          [id, by, at],
        )
      ).length === 1,

    shown: async (tx, limit) =>
      (
        await tx.query<{ content: string; incident: string | null }>(
          'select content, incident from detection where suppressed_by is null order by last desc, no desc limit $1',
          [limit],
        )
      ).map(({ content, incident }) => ({ detection: JSON.parse(content) as Detection, incident })),

    hide: async (tx, detections, suppression) => {
      await tx.query('update detection set suppressed_by = $2 where id = any($1::text[])', [detections, suppression]);
    },
  };
}
