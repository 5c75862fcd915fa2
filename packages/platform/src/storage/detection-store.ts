/** The port of cases on PostgreSQL: detections, where they belong, what people made of them. */
import {
  type CaseSeverity,
  type Detection,
  type DetectionVerdict,
  findingSeverities,
  type Root,
} from '@firebreak/contract';
import type { CaseRow, CaseStore, KeptJoin, Member, NewDetection, PlacedTraits } from '../investigation/cases/store.ts';
import type { Traits } from '../investigation/cases/traits.ts';
import { copyField } from './copy-field.ts';
import type { Database, Transaction } from './database.ts';
import { keptNode, listDetections } from './detection-list.ts';
import { delays, detectorCounts } from './detection-quality.ts';
import { announce } from './events.ts';
import { createIncidentStore } from './incident-store.ts';
import { suppressionStore } from './suppression-store.ts';

/** Arbitrary and ours: whoever groups holds it. */
const groupingLock = 4_711_290_022;

interface MemberRow {
  readonly content: string;
  readonly traits: string;
  readonly incident: string | null;
  readonly joined: string | null;
  readonly suppressedBy: string | null;
  readonly verdict: DetectionVerdict | null;
}

const memberRows = `
  select d.content, d.traits, d.incident, d.joined, d.suppressed_by as "suppressedBy",
    (select v.verdict from detection_verdict v where v.detection = d.id order by v.seq desc limit 1) as verdict
  from detection d`;

const caseRows = `
  select i.id as incident, i.title, i.opened_at as "openedAt", i.compromised, coalesce(c.automatic, false) as automatic,
    exists (select from plan p where p.incident = i.id) as planned,
    exists (select from execution e where e.incident = i.id) as worked,
    c.severity, coalesce(c.roots, '[]') as roots, c.merged_into as "mergedInto",
    c.closed_as as "closedAs", c.closed_by as "closedBy", c.closed_at as "closedAt", c.closed_reason as "closedReason"
  from incident i left join incident_case c on c.incident = i.id`;

interface DatedCase extends Omit<CaseRow, 'openedAt' | 'severity' | 'roots' | 'closed'> {
  readonly openedAt: Date;
  readonly severity: string | null;
  readonly roots: string;
  readonly closedAs: NonNullable<CaseRow['closed']>['as'] | null;
  readonly closedBy: string;
  readonly closedAt: Date;
  readonly closedReason: string;
}

export function createDetectionStore(database: Database): CaseStore<Transaction> {
  const incidents = createIncidentStore(database);
  return {
    ...suppressionStore(database),
    list: (filter, page) => listDetections(database, filter, page),
    get: async (id) =>
      (await listDetections(database, { id, suppressed: 'shown' }, { limit: 1, after: undefined })).detections[0] ??
      null,
    detectorCounts: (since) => detectorCounts(database, since),
    delays: (since) => delays(database, since),

    transaction: (work) => database.transaction(work),
    lock: async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [groupingLock]);
    },

    kept: async (tx, ids) =>
      new Map(
        (await tx.query<MemberRow>(`${memberRows} where d.id = any($1::text[])`, [ids.map(withoutNul)])).map((row) => {
          const { detection, traits, suppressedBy } = member(row);
          return [detection.id, { detection, traits, suppressedBy }];
        }),
      ),

    grow: async (tx, rows) => {
      for (const { detection, traits } of rows) {
        await tx.query('update detection set first = $2, last = $3, content = $4, traits = $5 where id = $1', [
          withoutNul(detection.id),
          new Date(traits.first),
          new Date(traits.last),
          withoutNul(JSON.stringify(detection)),
          withoutNul(JSON.stringify(traits)),
        ]);
        await tx.query('delete from detection_node where detection = $1', [withoutNul(detection.id)]);
      }
      await insertNodes(tx, rows);
    },

    insert: async (tx, rows, takenAt) => {
      await tx.copyIn(
        'copy detection (id, detector, status, severity, title, note, first, last, taken, content, traits, suppressed_by) from stdin',
        (function* () {
          for (const { detection, traits, suppressedBy } of rows) {
            const fields = [
              detection.id,
              detection.detector,
              detection.status,
              String(findingSeverities.indexOf(detection.severity)),
              detection.title,
              detection.note ?? '',
              new Date(traits.first).toISOString(),
              new Date(traits.last).toISOString(),
              takenAt.toISOString(),
              JSON.stringify(detection),
              JSON.stringify(traits),
            ].map((field) => copyField(withoutNul(field)));
            yield `${[...fields, suppressedBy === null ? '\\N' : copyField(suppressedBy)].join('\t')}\n`;
          }
        })(),
      );
      await insertNodes(tx, rows);
    },

    around: async (tx, from, to, limit) =>
      (
        await tx.query<Pick<MemberRow, 'traits' | 'incident' | 'joined'>>(
          `select d.traits, d.incident, d.joined from detection d left join incident_case c on c.incident = d.incident
           where d.last between $1 and $2 and d.suppressed_by is null and c.closed_as is null
           order by d.status = 'stable' desc, d.severity desc, d.last desc, d.no desc limit $3`,
          [from, to, limit],
        )
      ).map(placed),

    members: async (tx, incident, limit) =>
      (
        await (tx ?? database).query<MemberRow>(`${memberRows} where d.incident = $1 order by d.first, d.id limit $2`, [
          incident,
          limit ?? null,
        ])
      ).map(member),
    detections: async (tx, ids) =>
      (await tx.query<MemberRow>(`${memberRows} where d.id = any($1::text[]) order by d.first, d.id`, [ids])).map(
        member,
      ),

    place: async (tx, placements) => {
      if (placements.length === 0) return;
      await tx.query(
        `update detection d set incident = p.incident, joined = p.joined, traits = coalesce(p.traits, d.traits)
         from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as p (id, incident, joined, traits) where d.id = p.id`,
        [
          placements.map(({ detection }) => detection),
          placements.map(({ incident }) => incident),
          placements.map(({ joined }) => JSON.stringify(joined)),
          placements.map(({ traits }) => (traits === undefined ? null : JSON.stringify(traits))),
        ],
      );
    },

    openIncident: async (tx, incident) => {
      await incidents.create(tx, { ...incident, compromised: [...incident.compromised], protect: 'default' });
      await tx.query('insert into incident_case (incident, automatic) values ($1, true)', [incident.id]);
    },

    cases: async (tx, ids) =>
      (
        await (tx ?? database).query<DatedCase>(
          ids === undefined ? caseRows : `${caseRows} where i.id = any($1::text[])`,
          ids === undefined ? [] : [ids],
        )
      ).map(caseRow),

    counts: async (incident) =>
      (
        await database.query<{
          incident: string;
          detections: number;
          suppressed: number;
          unjudged: number;
          detectors: number;
          first: Date | null;
          last: Date | null;
        }>(
          `select d.incident, count(*) as detections, count(d.suppressed_by) as suppressed,
             count(*) filter (where d.suppressed_by is null and not exists (select from detection_verdict v where v.detection = d.id)) as unjudged,
             count(distinct d.detector) as detectors, min(d.first) as first, max(d.last) as last
           from detection d where d.incident is not null and ($1::text is null or d.incident = $1) group by d.incident`,
          [incident ?? null],
        )
      ).map((row) => ({ ...row, first: row.first?.toISOString() ?? null, last: row.last?.toISOString() ?? null })),

    judge: async (tx, incident, { severity, roots }) => {
      await tx.query(
        `insert into incident_case as c (incident, automatic, severity, roots) values ($1, false, $2, $3)
         on conflict (incident) do update set severity = excluded.severity, roots = excluded.roots`,
        [incident, JSON.stringify(severity), JSON.stringify(roots)],
      );
    },

    rename: async (tx, incident, { title, compromised }) => {
      await tx.query('update incident set title = $2, compromised = $3 where id = $1', [
        incident,
        withoutNul(title),
        JSON.stringify(compromised),
      ]);
    },

    mergeInto: async (tx, incident, into) => {
      await tx.query('update detection set incident = $2 where incident = $1', [incident, into]);
      await tx.query(
        `insert into incident_case (incident, automatic, merged_into) values ($1, false, $2)
         on conflict (incident) do update set merged_into = excluded.merged_into`,
        [incident, into],
      );
      // What was merged into it before is in the other now.
      await tx.query('update incident_case set merged_into = $2 where merged_into = $1', [incident, into]);
      await tx.query(
        `insert into case_apart (one, other)
         select least($2, x), greatest($2, x) from (
           select case when one = $1 then other else one end as x from case_apart where one = $1 or other = $1) a
         where x <> $2 on conflict do nothing`,
        [incident, into],
      );
      await tx.query('delete from case_apart where one = $1 or other = $1', [incident]);
      await tx.query('delete from case_related where one = $1 or other = $1', [incident]);
    },

    close: async (tx, incident, closed) => {
      await tx.query(
        `insert into incident_case (incident, automatic, closed_as, closed_by, closed_at, closed_reason) values ($1, false, $2, $3, $4, $5)
         on conflict (incident) do update set closed_as = excluded.closed_as, closed_by = excluded.closed_by,
           closed_at = excluded.closed_at, closed_reason = excluded.closed_reason`,
        [
          incident,
          closed?.as ?? null,
          closed?.by ?? null,
          closed?.at ?? null,
          closed === null ? null : withoutNul(closed.reason),
        ],
      );
    },

    note: async (tx, incident, { at, by, did, reason, others }) => {
      await tx.query(
        'insert into case_history (incident, at, by, did, reason, others) values ($1, $2, $3, $4, $5, $6)',
        [incident, at, by, did, withoutNul(reason), others],
      );
    },
    history: (incident) =>
      database.query('select at, by, did, reason, others from case_history where incident = $1 order by seq', [
        incident,
      ]),

    setApart: async (tx, one, other) => {
      await tx.query(
        'insert into case_apart (one, other) values (least($1, $2), greatest($1, $2)) on conflict do nothing',
        [one, other],
      );
    },
    putTogether: async (tx, one, other) => {
      await tx.query('delete from case_apart where one = least($1, $2) and other = greatest($1, $2)', [one, other]);
    },
    apart: async (tx) =>
      (await tx.query<{ one: string; other: string }>('select one, other from case_apart')).map(({ one, other }) => [
        one,
        other,
      ]),

    relate: async (tx, one, other, { rule, words }) => {
      await tx.query(
        `insert into case_related (one, other, rule, words) values (least($1, $2), greatest($1, $2), $3, $4) on conflict do nothing`,
        [one, other, rule, withoutNul(words)],
      );
    },
    ways: async (incident) =>
      new Map(
        (
          await database.query<{ id: string; joined: string }>(
            'select id, joined from detection where incident = $1 and joined is not null',
            [incident],
          )
        ).map(({ id, joined }) => [id, [...((JSON.parse(joined) as KeptJoin).way ?? [])]]),
      ),
    related: (incident) =>
      database.query(
        `select case when one = $1 then other else one end as incident, rule, words from case_related
         where one = $1 or other = $1 order by 1`,
        [incident],
      ),

    announce: async (tx, ids) => {
      await announce(tx, 'incident', ids);
      await announce(tx, 'detection', [null]);
    },

    loose: async () => {
      const rows = await database.query<{ severity: number; count: number; newest: Date }>(
        `select severity, count(*) as count, max(last) as newest from detection
         where incident is null and suppressed_by is null group by severity`,
      );
      const bySeverity: Partial<Record<Detection['severity'], number>> = {};
      for (const { severity, count } of rows) bySeverity[findingSeverities[severity] ?? 'info'] = count;
      const newest = rows
        .map((row) => row.newest.toISOString())
        .sort()
        .at(-1);
      return { bySeverity, newest: newest ?? null };
    },

    addVerdict: async (tx, detection, { verdict, note, by, at }) => {
      await tx.query('insert into detection_verdict (detection, verdict, note, by, at) values ($1, $2, $3, $4, $5)', [
        detection,
        verdict,
        withoutNul(note),
        by,
        at,
      ]);
    },
  };
}

async function insertNodes(tx: Transaction, rows: readonly NewDetection[]): Promise<void> {
  await tx.copyIn(
    'copy detection_node (node, detection, role) from stdin',
    (function* () {
      for (const { detection } of rows)
        for (const role of ['by', 'about'] as const)
          for (const node of new Set(detection[role]))
            yield `${[keptNode(node), detection.id, role].map((field) => copyField(withoutNul(field))).join('\t')}\n`;
    })(),
  );
}

function placed({ traits, incident, joined }: Pick<MemberRow, 'traits' | 'incident' | 'joined'>): PlacedTraits {
  return {
    traits: JSON.parse(traits) as Traits,
    incident,
    joined: joined === null ? null : (JSON.parse(joined) as KeptJoin),
  };
}

function member(row: MemberRow): Member {
  const detection = JSON.parse(row.content) as Detection;
  return { ...placed(row), detection, suppressedBy: row.suppressedBy, verdict: row.verdict };
}

function caseRow({
  openedAt,
  severity,
  roots,
  closedAs,
  closedBy,
  closedAt,
  closedReason,
  ...row
}: DatedCase): CaseRow {
  return {
    ...row,
    openedAt: openedAt.toISOString(),
    severity: severity === null ? null : (JSON.parse(severity) as CaseSeverity),
    roots: JSON.parse(roots) as Root[],
    closed: closedAs === null ? null : { as: closedAs, by: closedBy, at: closedAt.toISOString(), reason: closedReason },
  };
}

/** PostgreSQL has no text with a NUL; in JSON it is escaped anyway. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
