/**
 * The response as other systems read it: each step that was carried out or taken back, and each turn of an incident, as an event of OCSF
 * 1.8.0, classes Remediation Activity (7001), File (7002), Process (7003) and Network Remediation Activity (7004), with countermeasures
 * of D3FEND. Made from the ledger alone, so an event says what is written there and its `metadata.uid` leads to the entry.
 *
 * What must stay true: equal ledgers give equal events, one entry at most one event; nothing is said to be contained that the ledger does
 * not say was; foreign text is data, and bounded.
 */
import { type AnyAction, type LedgerEntry, type Stage, stages } from '@firebreak/contract';
import { z } from 'zod';
import { clipped } from './clipped.ts';
import {
  type Countermeasure,
  countermeasureOf,
  restoreOf,
  type Subject,
  type Tactic,
  techniqueNames,
} from './countermeasures.ts';

const ocsfVersion = '1.8.0';

const d3fend = '1.0.0';

const activities: Readonly<Record<Tactic, number>> = { Isolate: 1, Evict: 2, Restore: 3, Harden: 4, Other: 99 };
const classes: Readonly<Record<Subject, { readonly uid: number; readonly name: string }>> = {
  other: { uid: 7001, name: 'Remediation Activity' },
  file: { uid: 7002, name: 'File Remediation Activity' },
  process: { uid: 7003, name: 'Process Remediation Activity' },
  network: { uid: 7004, name: 'Network Remediation Activity' },
};
const statuses = { Success: 1, Failure: 2, Partial: 4, Other: 99 } as const;
type Status = keyof typeof statuses;
const severities = { Informational: 1, Low: 2, Medium: 3, High: 4 } as const;
type Severity = keyof typeof severities;

/** An event, ready to be written as one line of JSON. */
export type OcsfEvent = Readonly<Record<string, unknown>> & { readonly class_uid: number; readonly type_uid: number };

export interface About {
  readonly actions: readonly AnyAction[];
  /** Of Firebreak. */
  readonly version: string;
}

const bodySchema = z.looseObject({
  execution: z.string().optional(),
  step: z.string().optional(),
  action: z.string().optional(),
  target: z.string().optional(),
  reason: z.string().optional(),
  because: z.string().optional(),
  code: z.string().optional(),
  title: z.string().optional(),
  digest: z.string().optional(),
  plan: z.string().optional(),
  verdict: z.string().optional(),
  proof: z.looseObject({ detail: z.string() }).optional(),
  left: z.array(z.unknown()).optional(),
});
type Body = z.infer<typeof bodySchema>;

interface Turn {
  readonly status: Status;
  readonly severity: Severity;
}

const stepTurns: Readonly<Record<string, Turn & { readonly back: boolean }>> = {
  'step.done': { status: 'Success', severity: 'Low', back: false },
  'step.refused': { status: 'Failure', severity: 'Medium', back: false },
  'step.failed': { status: 'Failure', severity: 'High', back: false },
  'step.undone': { status: 'Success', severity: 'Low', back: true },
  'step.undo-refused': { status: 'Failure', severity: 'Medium', back: true },
};

const incidentTurns: Readonly<Record<string, Turn & { readonly activity: string }>> = {
  'incident.opened': { status: 'Other', severity: 'Informational', activity: 'Open incident' },
  'plan.made': { status: 'Other', severity: 'Informational', activity: 'Plan' },
  'plan.approved': { status: 'Other', severity: 'Informational', activity: 'Approve' },
  'incident.contained': { status: 'Success', severity: 'Medium', activity: 'Contain' },
  'incident.not-contained': { status: 'Partial', severity: 'High', activity: 'Contain' },
  'incident.stopped': { status: 'Failure', severity: 'High', activity: 'Contain' },
  'undo.requested': { status: 'Other', severity: 'Informational', activity: 'Undo' },
  'incident.undone': { status: 'Success', severity: 'Low', activity: 'Undo' },
  'incident.not-undone': { status: 'Partial', severity: 'Medium', activity: 'Undo' },
};

/** The events of an incident, in the order of its ledger. */
export async function* ocsfEvents(
  entries: AsyncIterable<LedgerEntry> | Iterable<LedgerEntry>,
  about: About,
): AsyncGenerator<OcsfEvent> {
  const actions = new Map(about.actions.map((action) => [action.id, action]));
  for await (const entry of entries) {
    const event = eventOf(entry, actions, about.version);
    if (event !== undefined) yield event;
  }
}

function eventOf(entry: LedgerEntry, actions: ReadonlyMap<string, AnyAction>, version: string): OcsfEvent | undefined {
  const body = bodySchema.safeParse(entry.body).data;
  if (body === undefined) return undefined;
  const turn = stepTurns[entry.kind];
  if (turn !== undefined && body.step !== undefined && body.action !== undefined)
    return ofStep(entry, body, turn, actions, version);
  const change = incidentTurns[entry.kind];
  return change === undefined ? undefined : ofIncident(entry, body, change, version);
}

function ofStep(
  entry: LedgerEntry,
  body: Body,
  turn: Turn & { readonly back: boolean },
  actions: ReadonlyMap<string, AnyAction>,
  version: string,
): OcsfEvent {
  const id = body.action as string;
  const action = actions.get(id);
  const stage: Stage = action?.stage ?? stages[2];
  const done = countermeasureOf(action, { id, stage });
  const measure = turn.back ? restoreOf(done, stage) : done;
  const target = clipped(body.target ?? '');
  const title = action?.title ?? id;
  return {
    ...common(entry, { measure, activity: measure.tactic === 'Other' ? title : measure.tactic, turn, version }),
    ...subjectOf(measure.subject, target),
    command_uid: [entry.incident, body.execution, body.step, turn.back ? 'undo' : 'do'].filter(Boolean).join('/'),
    message: clipped(`${turn.back ? 'Undo' : 'Do'}: ${title} on ${target}`),
    remediation: { desc: clipped(title) },
    observables: [{ name: 'remediation.target', type: 'Resource UID', type_id: 10, value: target }],
    unmapped: { action: id, step: body.step, actor: clipped(entry.actor) },
  };
}

function ofIncident(
  entry: LedgerEntry,
  body: Body,
  change: Turn & { readonly activity: string },
  version: string,
): OcsfEvent {
  const { kind, incident, actor } = entry;
  return {
    ...common(entry, { measure: undefined, activity: change.activity, turn: change, version }),
    command_uid: [incident, body.execution ?? body.digest ?? body.plan ?? kind].filter(Boolean).join('/'),
    message: clipped(sentenceOf(kind, body)),
    unmapped: { actor: clipped(actor) },
  };
}

function sentenceOf(kind: string, { title, proof, digest, plan, verdict, reason }: Body): string {
  if (kind === 'plan.made') return `Plan ${digest ?? ''}: ${verdict ?? 'made'}`;
  if (kind === 'plan.approved') return `Plan ${plan ?? ''} approved`;
  return title ?? proof?.detail ?? reason ?? kind;
}

function common(
  { at, kind, incident, incidentSeq, body }: LedgerEntry,
  given: { measure: Countermeasure | undefined; activity: string; turn: Turn; version: string },
): OcsfEvent {
  const { measure, activity, turn, version } = given;
  const { uid, name } = classes[measure?.subject ?? 'other'];
  const activityId = measure === undefined ? activities.Other : activities[measure.tactic];
  const said = bodySchema.safeParse(body).data;
  const detail = said?.reason ?? said?.because ?? said?.proof?.detail;
  return {
    activity_id: activityId,
    activity_name: clipped(activity),
    category_uid: 7,
    category_name: 'Remediation',
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activityId,
    type_name: `${name}: ${activityId === activities.Other ? 'Other' : activity}`,
    time: new Date(at).getTime(),
    severity_id: severities[turn.severity],
    severity: turn.severity,
    status_id: statuses[turn.status],
    status: turn.status,
    ...(said?.code === undefined ? {} : { status_code: clipped(said.code) }),
    ...(detail === undefined ? {} : { status_detail: clipped(detail) }),
    ...(measure === undefined
      ? {}
      : {
          countermeasures: measure.techniques.map((id) => ({
            version: d3fend,
            d3f_technique: { uid: id, name: techniqueNames[id] },
          })),
        }),
    metadata: {
      version: ocsfVersion,
      product: { name: 'Firebreak', vendor_name: 'Firebreak', version },
      uid: `${incident ?? 'installation'}/${incidentSeq}`,
      event_code: kind,
      log_name: 'evidence ledger',
      original_time: at,
      sequence: incidentSeq,
      ...(incident === null ? {} : { correlation_uid: incident }),
    },
  };
}

/** What the class of the event wants to know of the thing that was acted on. */
function subjectOf(subject: Subject, target: string): Readonly<Record<string, unknown>> {
  const name = target.slice(target.lastIndexOf('/') + 1) || target;
  switch (subject) {
    case 'file':
      return { file: { name, path: target, type_id: 99, type: 'Other' } };
    case 'process':
      return { process: { name, uid: target } };
    case 'network':
      return { connection_info: { direction_id: 0, direction: 'Unknown', uid: target } };
    default:
      return {};
  }
}
