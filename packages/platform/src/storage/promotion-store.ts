/** The promotion gate's port on PostgreSQL. */
import {
  artifactReportSchema,
  type ChannelBaseline,
  type PromotionRecord,
  promotionRecordSchema,
} from '@firebreak/contract';
import type { KeptInspection, PromotionApproval, PromotionStore } from '../promotion/store.ts';
import type { Database, Transaction } from './database.ts';

export function createPromotionStore(database: Database): PromotionStore<Transaction> {
  const inspectionOf = ({ report, ...row }: KeptInspection): KeptInspection => ({
    ...row,
    report: artifactReportSchema.parse(report),
  });
  const inspections = 'select subject, digest, because, report from artifact_inspection';
  return {
    transaction: (work) => database.transaction(work),

    async putDecision(tx, record) {
      const { request, decision } = record.decision;
      const { name, digest = null, node = null } = request.subject;
      await tx.query(
        `insert into promotion_decision (id, at, name, digest, node, stage, decision, record)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [record.id, request.at, name, digest, node, request.stage, decision, JSON.stringify(record)],
      );
    },
    async decisions(limit, subject) {
      const rows = await database.query<{ record: PromotionRecord }>(
        `select jsonb_set(record, '{policies}', '[]') as record from promotion_decision
         where $2::text is null or name = $2 or digest = $2 or node = $2 order by seq desc limit $1`,
        [limit, subject ?? null],
      );
      return rows.map(({ record }) => promotionRecordSchema.parse(record));
    },
    async decision(id) {
      const [row] = await database.query<{ record: PromotionRecord }>(
        'select record from promotion_decision where id = $1',
        [id],
      );
      return row === undefined ? null : promotionRecordSchema.parse(row.record);
    },

    async putApproval(tx, { id, digest, stage, by, role, note, at, until }) {
      await tx.query(
        `insert into promotion_approval (id, digest, stage, person, role, note, at, until)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, digest, stage, by, role, note, at, until],
      );
    },
    approvals: (digest, stage, at) =>
      database.query<PromotionApproval>(
        `select id, digest, stage, person as by, role, note, at, until from promotion_approval
         where digest = $1 and stage = $2 and at <= $3 and until > $3 order by at, id`,
        [digest, stage, at],
      ),

    async putInspection(tx, { subject, digest, because, report }) {
      await tx.query(
        `insert into artifact_inspection (subject, digest, at, verdict, because, report) values ($1, $2, $3, $4, $5, $6)
         on conflict (subject) do update set digest = excluded.digest, at = excluded.at, verdict = excluded.verdict,
           because = excluded.because, report = excluded.report`,
        [subject, digest, report.at, report.verdict, because, JSON.stringify(report)],
      );
    },
    async inspection(subject) {
      const [row] = await database.query<KeptInspection>(
        `${inspections} where subject = $1 or (digest = $1 and digest <> '') order by at desc limit 1`,
        [subject],
      );
      return row === undefined ? null : inspectionOf(row);
    },
    async inspections(limit) {
      const rows = await database.query<KeptInspection>(`${inspections} order by at desc, subject limit $1`, [limit]);
      return rows.map(inspectionOf);
    },

    async putBaseline(tx, { channel, value, by, at, until, note }) {
      await tx.query(
        'insert into channel_baseline (channel, value, by, at, until, note) values ($1, $2, $3, $4, $5, $6)',
        [channel, value, by, at, until, note],
      );
    },
    async baselines(at) {
      const rows = await database.query<Omit<ChannelBaseline, 'at' | 'until'> & { at: Date; until: Date }>(
        `select distinct on (channel) channel, value, by, at, until, note from channel_baseline
         where at <= $1 order by channel, seq desc`,
        [at],
      );
      return rows.map((row) => ({ ...row, at: row.at.toISOString(), until: row.until.toISOString() }));
    },
  };
}
