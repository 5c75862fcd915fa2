/** Counts for the quality of detectors. */
import { type Detection, type DetectionVerdict, findingSeverities } from '@firebreak/contract';
import type { Delays, DetectorCounts } from '../investigation/cases/store.ts';
import type { Database } from './database.ts';

/** Delays are told of the newest so many. */
const mostDelays = 20_000;

const newestVerdict = `left join lateral (
  select verdict, at from detection_verdict where detection = d.id order by seq desc limit 1) v on true`;

export async function detectorCounts(database: Database, since: string | null): Promise<DetectorCounts[]> {
  const rows = await database.query<{
    detector: string;
    title: string;
    status: Detection['status'];
    severity: number;
    detections: number;
    suppressed: number;
    incidents: number;
    newest: Date;
    verdicts: Partial<Record<DetectionVerdict, number>> | null;
  }>(
    `with counted as (
       select d.detector, d.title, d.status, d.severity, d.suppressed_by, d.incident, d.last, v.verdict
       from detection d ${newestVerdict} where $1::timestamptz is null or d.last >= $1),
     judged as (
       select detector, json_object_agg(verdict, count) as verdicts from (
         select detector, verdict, count(*) as count from counted where verdict is not null group by detector, verdict) j group by detector)
     select c.detector, max(c.title) as title, max(c.status) as status, max(c.severity) as severity, count(*) as detections,
       count(c.suppressed_by) as suppressed, count(distinct c.incident) as incidents, max(c.last) as newest,
       (select j.verdicts from judged j where j.detector = c.detector) as verdicts
     from counted c group by c.detector order by c.detector`,
    [since],
  );
  return rows.map(({ severity, newest, verdicts, ...row }) => ({
    ...row,
    severity: findingSeverities[severity] ?? 'info',
    newest: newest.toISOString(),
    verdicts: verdicts ?? {},
  }));
}

export async function delays(database: Database, since: string | null): Promise<Delays> {
  const detected = await database.query<{ ms: number }>(
    `select greatest(0, extract(epoch from taken - first) * 1000)::float8 as ms from detection
     where $1::timestamptz is null or last >= $1 order by no desc limit $2`,
    [since, mostDelays],
  );
  const judged = await database.query<{ ms: number }>(
    `select greatest(0, extract(epoch from f.at - d.taken) * 1000)::float8 as ms
     from detection d join lateral (select at from detection_verdict where detection = d.id order by seq limit 1) f on true
     where $1::timestamptz is null or d.last >= $1 order by d.no desc limit $2`,
    [since, mostDelays],
  );
  return { toDetect: detected.map(({ ms }) => ms), toVerdict: judged.map(({ ms }) => ms) };
}
