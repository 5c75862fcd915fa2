/** Lists of detections: filtered, newest first, page by page. */
import {
  type Detection,
  type DetectionFilter,
  findingSeverities,
  type Judgement,
  type KeptDetection,
} from '@firebreak/contract';
import type { KeptJoin, Page } from '../investigation/cases/store.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Database } from './database.ts';

interface ListRow {
  readonly no: number;
  readonly lastText: string;
  readonly content: string;
  readonly taken: Date;
  readonly incident: string | null;
  readonly joined: string | null;
  readonly suppressedBy: string | null;
  readonly judgement: (Omit<Judgement, 'at'> & { readonly at: string }) | null;
}

/** The newest verdict of each. */
const newestVerdict = `left join lateral (
  select verdict, note, by, at from detection_verdict where detection = d.id order by seq desc limit 1) v on true`;

export async function listDetections(
  database: Database,
  filter: DetectionFilter & { readonly id?: string },
  { limit, after }: Page,
): Promise<{ detections: KeptDetection[]; total: number; suppressed: number; next: string | null }> {
  const { where, values } = conditions(filter);
  const narrowed = `from detection d ${newestVerdict} where ${where}`;
  const shown = { hidden: 'd.suppressed_by is null', shown: 'true', only: 'd.suppressed_by is not null' }[
    filter.suppressed
  ];
  const [count] = await database.query<{ total: number; suppressed: number }>(
    `select count(*) filter (where ${shown}) as total, count(d.suppressed_by) as suppressed ${narrowed}`,
    values,
  );
  const place = cursorOf(after);
  const rows = await database.query<ListRow>(
    `select d.no, d.last::text as "lastText", d.content, d.taken, d.incident, d.joined, d.suppressed_by as "suppressedBy",
       case when v.verdict is not null then json_build_object('verdict', v.verdict, 'note', v.note, 'by', v.by, 'at', v.at) end as judgement
     ${narrowed} and ${shown}
       and ($${values.length + 1}::timestamptz is null or (d.last, d.no) < ($${values.length + 1}::timestamptz, $${values.length + 2}::bigint))
     order by d.last desc, d.no desc limit $${values.length + 3}`,
    [...values, place?.last ?? null, place?.no ?? null, limit + 1],
  );
  const page = rows.slice(0, limit);
  const end = page.at(-1);
  return {
    detections: page.map(keptDetection),
    total: count?.total ?? 0,
    suppressed: count?.suppressed ?? 0,
    next: rows.length > limit && end !== undefined ? `${end.lastText}~${end.no}` : null,
  };
}

function conditions(filter: DetectionFilter & { readonly id?: string }): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts = ['true'];
  const add = (value: unknown, part: (place: string) => string) => {
    if (value === undefined) return;
    values.push(value);
    parts.push(part(`$${values.length}`));
  };
  const { severity, incident, verdict, text } = filter;
  add(filter.id, (at) => `d.id = ${at}`);
  add(filter.detector, (at) => `d.detector = ${at}`);
  add(severity === undefined ? undefined : findingSeverities.indexOf(severity), (at) => `d.severity >= ${at}`);
  add(filter.status, (at) => `d.status = ${at}`);
  if (incident === 'none') parts.push('d.incident is null');
  else add(incident, (at) => `d.incident = ${at}`);
  if (verdict === 'none') parts.push('v.verdict is null');
  else add(verdict, (at) => `v.verdict = ${at}`);
  add(
    filter.node === undefined ? undefined : keptNode(filter.node),
    (at) => `exists (select from detection_node n where n.detection = d.id and n.node = ${at})`,
  );
  add(
    text?.replaceAll('\0', ''),
    (at) => `position(lower(${at}) in lower(d.title || ' ' || d.note || ' ' || d.detector)) > 0`,
  );
  add(filter.since, (at) => `d.last >= ${at}::timestamptz`);
  add(filter.until, (at) => `d.first <= ${at}::timestamptz`);
  return { where: parts.join(' and '), values };
}

const longestNode = 300;

/** A node as it is looked for: an index takes no long text, so a long id is found by its digest. */
export function keptNode(node: string): string {
  return node.length > longestNode ? `sha256:${sha256Hex(node)}` : node.replaceAll('\0', '\ufffd');
}

/** What is no cursor of ours begins at the beginning. */
function cursorOf(text: string | undefined): { last: string; no: number } | undefined {
  const [, last, no] =
    /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?[+-]\d\d(?::\d\d)?)~(\d{1,15})$/.exec(text ?? '') ?? [];
  return last === undefined || no === undefined ? undefined : { last, no: Number(no) };
}

function keptDetection({ content, taken, incident, joined, suppressedBy, judgement }: ListRow): KeptDetection {
  const join = joined === null ? null : (JSON.parse(joined) as KeptJoin);
  return {
    ...(JSON.parse(content) as Detection),
    takenAt: taken.toISOString(),
    incident,
    joined:
      join === null ? null : { rule: join.rule, words: join.words, ...(join.to === undefined ? {} : { to: join.to }) },
    suppressedBy,
    judgement: judgement === null ? null : { ...judgement, at: new Date(judgement.at).toISOString() },
  };
}
