/** What happened here → what is told to others: each detection, each turn of an incident, each step of a response. */
import type { AnyAction, KeptDetection, LedgerEntry, QueueRow } from '@firebreak/contract';
import { clipped } from '../clipped.ts';
import { detectionFinding, incidentFinding } from '../finding-events.ts';
import { ocsfEvents } from '../ocsf.ts';
import type { Message } from './outlet.ts';

export function detectionMessage(detection: KeptDetection, version: string): Message {
  const { id, severity, title, note, what, why, incident, takenAt, by, about } = detection;
  const who = by.length === 0 ? '' : ` By ${by.slice(0, 5).join(', ')}.`;
  const whom = about.length === 0 ? '' : ` On ${about.slice(0, 5).join(', ')}.`;
  return {
    kind: 'detections',
    id,
    severity,
    title,
    text: clipped(`${note ?? what} ${why}${who}${whom}`),
    incident,
    at: takenAt,
    ocsf: detectionFinding(detection, version),
    detection,
  };
}

/** Turns of an incident that others want to hear of, by the kind of their ledger entry. */
const turns: Readonly<Record<string, string>> = {
  'incident.opened': 'opened',
  'detections.joined': 'has new detections',
  'incident.merged': 'was merged',
  'incident.split': 'was split',
  'incident.closed': 'was closed',
  'incident.reopened': 'was reopened',
};

export function isTurn({ kind, incident }: LedgerEntry): boolean {
  return incident !== null && Object.hasOwn(turns, kind);
}

/** @param row as it is now: whoever hears of it late hears what is true then */
export function incidentMessage(
  entry: LedgerEntry,
  row: QueueRow,
  detections: readonly KeptDetection[],
  version: string,
): Message {
  const roots = row.roots.map(({ node, why }) => `It began with ${node.id}: ${why}`);
  return {
    kind: 'incidents',
    id: `${row.id}/${entry.incidentSeq}`,
    severity: row.severity?.level ?? 'medium',
    title: clipped(`${row.title}: ${turns[entry.kind] ?? 'changed'}`),
    text: clipped([row.severity?.why ?? row.note, ...roots].join(' ')),
    incident: row.id,
    at: entry.at,
    ocsf: incidentFinding(row, detections, version),
    opens: entry.kind === 'incident.opened',
    row,
  };
}

/** Undefined for an entry that is no step and no turn of a response. */
export async function responseMessage(
  entry: LedgerEntry,
  about: { readonly actions: readonly AnyAction[]; readonly version: string },
): Promise<Message | undefined> {
  for await (const ocsf of ocsfEvents([entry], about))
    return {
      kind: 'response',
      id: `${entry.incident ?? 'installation'}/${entry.incidentSeq}`,
      severity: 'info',
      title: clipped(String(ocsf.message ?? entry.kind)),
      text: clipped(String(ocsf.status_detail ?? ocsf.message ?? entry.kind)),
      incident: entry.incident,
      at: entry.at,
      ocsf,
    };
  return undefined;
}
