/**
 * Detections and incidents as other systems read them: Detection Finding (2004) and Incident Finding (2005) of OCSF 1.8.0. Made from
 * what is kept and from nothing else; foreign text is data, and bounded. Whether something was contained is said by response events
 * (`ocsf.ts`), never here.
 */
import type { KeptDetection, QueueRow } from '@firebreak/contract';
import { findingUidOf } from '../events/finding-uid.ts';
import { clipped } from './clipped.ts';
import type { OcsfEvent } from './ocsf.ts';
import { techniquesOf } from './techniques.ts';

const severities = {
  info: { id: 1, name: 'Informational' },
  low: { id: 2, name: 'Low' },
  medium: { id: 3, name: 'Medium' },
  high: { id: 4, name: 'High' },
  critical: { id: 5, name: 'Critical' },
} as const;
const verdicts = {
  resolved: { id: 2, name: 'True Positive' },
  'false-alarm': { id: 1, name: 'False Positive' },
} as const;

export function detectionFinding(detection: KeptDetection, version: string): OcsfEvent {
  const { id, detector, severity, title, first, last, takenAt, by, about, note, what, why, incident, judgement } =
    detection;
  const isRule = detector.startsWith('sigma/');
  return {
    ...head(2004, 'Detection Finding', { id: 1, name: 'Create' }, severity, takenAt, version, id),
    message: clipped(note ?? title),
    finding_info: {
      uid: findingUid(detection),
      title: clipped(title),
      desc: clipped(`${what} ${why}`),
      analytic: {
        uid: detector,
        name: clipped(title),
        type_id: isRule ? 1 : 2,
        type: isRule ? 'Rule' : 'Behavioral',
      },
      attacks: attacksOf(detection.techniques),
      created_time: ms(takenAt),
      first_seen_time: ms(first),
      last_seen_time: ms(last),
      related_events_count: detection.count,
      related_events: detection.events.map((event) => ({
        uid: clipped(event.id),
        first_seen_time: ms(event.time),
        observables: [{ name: 'digest', type: 'Hash', type_id: 8, value: event.digest }],
      })),
    },
    status_id: 1,
    status: 'New',
    ...(by.length === 0 ? {} : { evidences: by.slice(0, 20).map((node) => ({ actor: { user: userOf(node) } })) }),
    resources: about.slice(0, 100).map(resourceOf),
    observables: [...by, ...about].slice(0, 100).map((node) => ({
      name: by.includes(node) ? 'actor' : 'resource',
      type: 'Resource UID',
      type_id: 10,
      value: node,
    })),
    unmapped: {
      incident,
      status: detection.status,
      next: clipped(detection.next),
      verdict: judgement?.verdict ?? null,
      sessions: detection.sessions.map(clipped),
    },
  };
}

/** @param detections those of the incident, for what it is made of; the first hundred are named */
export function incidentFinding(row: QueueRow, detections: readonly KeptDetection[], version: string): OcsfEvent {
  const { id, title, severity, roots, closed, openedAt, last, state, note } = row;
  const status = statusOf(row);
  const activity = closed === null ? { id: 1, name: 'Create' } : { id: 3, name: 'Close' };
  const attacks = attacksOf(detections.flatMap(({ techniques }) => techniques));
  const at = closed?.at ?? last ?? openedAt;
  return {
    ...head(2005, 'Incident Finding', activity, severity?.level ?? 'info', at, version, id),
    message: clipped(severity?.why ?? note),
    desc: clipped([title, ...roots.map((root) => `It began with ${root.node.id}: ${root.why}`)].join('. ')),
    start_time: ms(row.first ?? openedAt),
    ...(last === null ? {} : { end_time: ms(last) }),
    finding_info_list: (detections.length === 0 ? [{ id, title }] : detections.slice(0, 100)).map((of) => ({
      uid: 'events' in of ? findingUid(of) : of.id,
      title: clipped(of.title),
    })),
    ...(attacks.length === 0 ? {} : { attacks }),
    ...status,
    ...(closed === null ? {} : { verdict_id: verdicts[closed.as].id, verdict: verdicts[closed.as].name }),
    // The class wants to know who looks into it: whoever has the role.
    assignee_group: { name: 'responder', type: 'role of Firebreak' },
    impact_score: Math.round(severity?.score ?? 0),
    unmapped: { state, merged_into: row.mergedInto, roots: roots.map(({ node }) => node.id).slice(0, 100) },
  };
}

/** Somebody's finding is told on under the uid that it came with: whoever had it first knows it again, and no two of us tell it in turns. */
function findingUid({ id, detector, events }: KeptDetection): string {
  return (detector.startsWith('ocsf/') ? findingUidOf(events[0]?.id ?? '') : undefined) ?? id;
}

function statusOf({ closed, mergedInto, state }: QueueRow) {
  if (closed !== null)
    return { status_id: closed.as === 'resolved' ? 4 : 5, status: closed.as === 'resolved' ? 'Resolved' : 'Closed' };
  if (mergedInto !== null) return { status_id: 5, status: 'Closed' };
  return state === 'open' ? { status_id: 1, status: 'New' } : { status_id: 2, status: 'In Progress' };
}

function head(
  uid: number,
  name: string,
  activity: { readonly id: number; readonly name: string },
  severity: keyof typeof severities,
  at: string,
  version: string,
  own: string,
) {
  return {
    activity_id: activity.id,
    activity_name: activity.name,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activity.id,
    type_name: `${name}: ${activity.name}`,
    time: ms(at),
    severity_id: severities[severity].id,
    severity: severities[severity].name,
    metadata: {
      version: '1.8.0',
      product: { name: 'Firebreak', vendor_name: 'Firebreak', version },
      uid: own,
      original_time: at,
    },
  };
}

function attacksOf(tags: readonly string[]) {
  return techniquesOf(tags).map(({ id, source }) => ({
    technique: { uid: id },
    version: source === 'mitre-atlas' ? 'ATLAS' : 'ATT&CK',
  }));
}

function userOf(node: string) {
  return { uid: node, name: nameOf(node), type_id: 99, type: 'Other' };
}

function resourceOf(node: string) {
  return { uid: node, name: nameOf(node), type: node.slice(0, Math.max(0, node.indexOf('/'))) };
}

function nameOf(node: string): string {
  return node.slice(node.lastIndexOf('/') + 1) || node;
}

function ms(at: string): number {
  return new Date(at).getTime();
}
