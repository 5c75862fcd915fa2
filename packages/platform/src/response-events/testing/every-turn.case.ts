/** A ledger in which everything happens that becomes an event: each action done, refused, failed and undone, each turn of an incident. */
import type { AnyAction, LedgerEntry } from '@firebreak/contract';

const targets: Readonly<Record<string, string>> = { 'kubernetes.isolate-network': 'kubernetes:Namespace/prod' };

export function everyTurn(actions: readonly AnyAction[]): readonly LedgerEntry[] {
  const drafts: { kind: string; body: Record<string, unknown> }[] = [
    { kind: 'incident.opened', body: { title: 'The day', compromised: ['a'], protect: 'default' } },
    { kind: 'plan.made', body: { digest: 'd'.repeat(64), verdict: 'contained' } },
    { kind: 'plan.approved', body: { execution: 'exe_x', plan: 'd'.repeat(64), steps: ['s1'] } },
  ];
  for (const [at, { id }] of actions.entries()) {
    const about = { execution: 'exe_x', step: `s${at + 1}`, action: id, target: targets[id] ?? `test:Thing/${id}` };
    drafts.push(
      { kind: 'step.done', body: about },
      { kind: 'step.refused', body: { ...about, code: 'FB-STEP-REFUSED', reason: 'no' } },
      { kind: 'step.failed', body: { ...about, reason: 'FB-PROBE-FAILED: it got through' } },
      { kind: 'step.undone', body: { ...about, restored: 'd'.repeat(64) } },
      { kind: 'step.undo-refused', body: { ...about, code: 'FB-UNDO-CHANGED', because: 'others changed it' } },
    );
  }
  const proof = { at: '2026-01-01T00:00:00.000Z', contained: true, reachable: [], detail: 'Nothing is reachable.' };
  drafts.push(
    { kind: 'incident.contained', body: { execution: 'exe_x', proof, unproven: [] } },
    {
      kind: 'incident.not-contained',
      body: { execution: 'exe_x', proof: { ...proof, contained: false }, unproven: [] },
    },
    { kind: 'incident.stopped', body: { execution: 'exe_x', step: 's1', reason: 'no' } },
    { kind: 'undo.requested', body: { execution: 'exe_y', force: false, steps: ['s1'] } },
    { kind: 'incident.undone', body: { execution: 'exe_y', left: [] } },
    { kind: 'incident.not-undone', body: { execution: 'exe_y', left: [{}] } },
  );
  return drafts.map(({ kind, body }, incidentSeq) => ({
    v: 1,
    at: '2026-01-01T00:00:00.000Z',
    incident: 'inc_x',
    incidentSeq,
    kind,
    actor: 'ann',
    body,
    blobs: [],
  }));
}
