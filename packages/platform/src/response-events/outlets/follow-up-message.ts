/** A hardening follow-up as a ticket: when it is opened, when the graph says that it is gone, and when its date passes and it is not. */
import type { KeptDetection, LedgerEntry, QueueRow } from '@firebreak/contract';
import { clipped } from '../clipped.ts';
import { incidentFinding } from '../finding-events.ts';
import type { Message } from './outlet.ts';

export function isFollowUpTurn({ kind, incident, body }: LedgerEntry): boolean {
  if (incident === null) return false;
  return (
    kind === 'follow-up.opened' || (kind === 'follow-up.audited' && (body.result === 'gone' || body.overdue === true))
  );
}

/** @param row the incident that it follows from, as it is now */
export function followUpMessage(
  { kind, body, incident, incidentSeq, at }: LedgerEntry,
  row: QueueRow,
  detections: readonly KeptDetection[],
  version: string,
): Message {
  const word = (name: string) => (typeof body[name] === 'string' ? body[name] : '');
  const overdue = kind === 'follow-up.audited' && body.result !== 'gone';
  const turn = kind === 'follow-up.opened' ? 'Follow-up' : overdue ? 'Overdue follow-up' : 'Follow-up is done';
  const parts = [
    word('detail'),
    word('what'),
    word('owner') && `Owner: ${word('owner')}.`,
    `Audited again on ${word('due')}.`,
  ];
  return {
    kind: 'incidents',
    id: `${row.id}/${incidentSeq}`,
    severity: overdue ? 'high' : 'medium',
    title: clipped(`${turn}: ${word('title')}`),
    text: clipped(parts.filter((part) => part !== '').join(' ')),
    incident,
    at,
    ocsf: incidentFinding(row, detections, version),
    row,
  };
}
