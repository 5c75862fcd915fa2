import type { LedgerEntry } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { followUpMessage, isFollowUpTurn } from './follow-up-message.ts';

const entry = (kind: string, body: Record<string, unknown>): LedgerEntry => ({
  v: 1,
  at: '2026-11-22T01:00:00.000Z',
  incident: 'inc_1',
  incidentSeq: 7,
  kind,
  actor: 'Ada',
  body: { followUp: 'fol_1', title: 'Take EDIT from the trainer', due: '2026-12-01T00:00:00.000Z', ...body },
  blobs: [],
});
const row = {
  id: 'inc_1',
  title: 'A model',
  openedAt: '2026-11-21T00:00:00.000Z',
  openedBy: 'Ada',
  compromised: [],
  protect: 'jewel',
  state: 'contained' as const,
  planDigest: null,
  note: '',
  severity: null,
  roots: [],
  detections: 0,
  suppressed: 0,
  unjudged: 0,
  detectors: 0,
  first: null,
  last: null,
  closed: null,
  mergedInto: null,
};

test('opened, gone and overdue are told; an audit that found nothing new is not', () => {
  expect(isFollowUpTurn(entry('follow-up.opened', {}))).toBe(true);
  expect(isFollowUpTurn(entry('follow-up.audited', { result: 'there', overdue: false }))).toBe(false);
  expect(isFollowUpTurn(entry('follow-up.audited', { result: 'gone', overdue: false }))).toBe(true);
  expect(isFollowUpTurn(entry('follow-up.audited', { result: 'there', overdue: true }))).toBe(true);
});

test('what a ticket says', () => {
  const opened = entry('follow-up.opened', { detail: 'It has not been used for a month.', owner: 'mlops' });
  expect(followUpMessage(opened, row, [], '1')).toMatchObject({
    kind: 'incidents',
    id: 'inc_1/7',
    severity: 'medium',
    title: 'Follow-up: Take EDIT from the trainer',
    text: 'It has not been used for a month. Owner: mlops. Audited again on 2026-12-01T00:00:00.000Z.',
  });
  const late = entry('follow-up.audited', { result: 'there', what: 'The step is still there.', overdue: true });
  expect(followUpMessage(late, row, [], '1')).toMatchObject({
    severity: 'high',
    title: 'Overdue follow-up: Take EDIT from the trainer',
  });
});
