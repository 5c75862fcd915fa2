/** The incidents' port on PostgreSQL. */
import { type Plan, planSchema } from '@firebreak/contract';
import { z } from 'zod';
import type { IncidentRow, IncidentStore } from '../incidents/store.ts';
import { markOf } from '../recovery/store.ts';
import type { Database, Transaction } from './database.ts';
import { announce } from './events.ts';

const incidentRows = `
  select i.id, i.title, i.opened_at as "openedAt", i.opened_by as "openedBy", i.compromised, i.protect,
    p.digest as "planDigest", p.verdict as "planVerdict",
    case when e.id is not null then json_build_object(
      'id', e.id, 'direction', e.direction, 'state', e.state, 'superseded', e.plan_seq is distinct from p.seq, 'partial', e.partial,
      'recovers', e.direction = 'contain' and exists (
        select 1 from recovery_mark m where m.incident = i.id and m.item = '${markOf.plan('')}' || e.plan_digest),
      'steps', (select count(*) from step s where s.execution = e.id and s.plan is not null and s.reasserts is null),
      'done', (select count(*) from step s where s.execution = e.id and s.plan is not null and s.reasserts is null
               and s.state in ('done', 'undone')),
      'reason', (select s.reason from step s where s.execution = e.id and s.state in ('refused', 'failed-probe', 'undo-refused')
                 order by s.ordinal limit 1),
      'proof', e.proof) end as execution,
    (select m.data from recovery_mark m where m.incident = i.id and m.item = '${markOf.access}' order by m.seq desc limit 1) as access
  from incident i
  left join lateral (select * from plan where incident = i.id order by seq desc limit 1) p on true
  left join lateral (select * from execution where incident = i.id order by seq desc limit 1) e on true`;

/** `data` of a mark is whatever the desk wrote. */
const accessSchema = z.object({ execution: z.string(), risks: z.array(z.string()).default([]) });
type DatedIncident = Omit<IncidentRow, 'openedAt' | 'access'> & { openedAt: Date; access: unknown };

export function createIncidentStore(database: Database): IncidentStore<Transaction> {
  return {
    transaction: (work) => database.transaction(work),
    async create(tx, incident) {
      await tx.query(
        `insert into incident (id, title, opened_at, opened_by, compromised, protect) values ($1, $2, $3, $4, $5, $6)`,
        [
          incident.id,
          incident.title,
          incident.openedAt,
          incident.openedBy,
          JSON.stringify(incident.compromised),
          incident.protect,
        ],
      );
      await announce(tx, 'incident', [incident.id]);
    },
    async addPlan(tx, incident, plan, madeAt) {
      await tx.query('insert into plan (incident, digest, verdict, made_at, content) values ($1, $2, $3, $4, $5)', [
        incident,
        plan.digest,
        plan.verdict,
        madeAt,
        JSON.stringify(plan),
      ]);
      await announce(tx, 'plan', [incident]);
    },
    async get(id) {
      const [row] = await database.query<DatedIncident>(`${incidentRows} where i.id = $1`, [id]);
      return row === undefined ? null : incidentRow(row);
    },
    async list() {
      const rows = await database.query<DatedIncident>(`${incidentRows} order by i.opened_at desc, i.id`);
      return rows.map(incidentRow);
    },
    async plan(incident, digest) {
      const [row] = await database.query<{ content: Plan }>(
        'select content from plan where incident = $1 and ($2::text is null or digest = $2) order by seq desc limit 1',
        [incident, digest],
      );
      return row === undefined ? null : planSchema.parse(row.content);
    },
  };
}

function incidentRow(row: DatedIncident): IncidentRow {
  return {
    ...row,
    openedAt: row.openedAt.toISOString(),
    access: row.access === null ? null : accessSchema.parse(row.access),
  };
}
