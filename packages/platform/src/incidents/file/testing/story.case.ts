/** A small incident as its documents are made from, for tests. */
import type { LedgerEntry, Moment, Plan } from '@firebreak/contract';
import { sha256Hex } from '../../../kernel/digest.ts';
import type { IncidentStory } from '../story.ts';

export const hostile = '<script>alert(1)</script><img src=x onerror=alert(2)> "quoted" \u202egnp.exe \u0000';

export function storyOf(given: { title?: string; words?: string; plan?: Plan }): IncidentStory {
  const { title = 'Abused predictor', words = 'predictor read the model', plan = null } = given;
  const at = (minute: number) => `2026-05-06T07:0${minute}:00.000Z`;
  const entry = (index: number, kind: string, more: Partial<LedgerEntry>): LedgerEntry & { index: number } => ({
    v: 1,
    at: at(index),
    incident: 'inc_ours',
    incidentSeq: index,
    kind,
    actor: 'ann',
    body: {},
    blobs: [],
    index,
    ...more,
  });
  const content = '{"replicas":2}';
  const blob = {
    name: 'before.json',
    mediaType: 'application/json',
    sha256: sha256Hex(content),
    size: content.length,
  };
  const target = { kind: 'Model', id: 'mlflow:Model/fraud', name: words };
  const moment: Moment = {
    id: 'event e1',
    at: at(1),
    kind: 'model',
    words,
    actor: words,
    identity: null,
    credential: null,
    session: null,
    address: null,
    operation: 'get',
    activity: null,
    outcome: 'done',
    targets: [target],
    permission: 'none',
    approval: null,
    detections: [],
    severity: null,
    event: null,
    ledger: null,
  };
  return {
    incident: {
      id: 'inc_ours',
      title,
      openedAt: at(0),
      openedBy: 'ann',
      compromised: ['kubernetes:Pod/a/b'],
      protect: 'default',
      state: 'planned',
      planDigest: plan?.digest ?? null,
      note: 'A plan waits for approval.',
    },
    moments: [moment, { ...moment, id: 'ledger 000000000002', kind: 'human', at: at(2), ledger: 2, targets: [] }],
    completeness: { answer: 'complete' },
    plan,
    planCheck: null,
    execution: null,
    entries: [
      entry(0, 'incident.opened', { body: { title } }),
      entry(1, 'step.before', { blobs: [blob] }),
      entry(2, 'plan.approved', { body: { steps: ['s1'] } }),
    ],
    origin: 'log.example/ours',
    verifierKey: 'log.example/ours+00000000+AAAA',
    version: '0.1.0',
  };
}
