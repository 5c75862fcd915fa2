/**
 * One step of a plan: read the state before, write it down, apply, read back, probe.
 *
 * What must stay true:
 *
 * - Nothing is sent before the state that undo needs and the intent to send are durable.
 * - Nothing is ever sent again blindly. Every entry into this code, be it after a refusal, an unanswered request or the
 *   death of another worker, begins by reading, and goes on from what is there: in effect (verify), as it was before
 *   (apply again), cut off between two requests of ours (apply the rest), or neither.
 * - The recorded before-state is replaced only while it is certain that nothing of ours happened: every attempt so far was
 *   refused. Once an attempt may have gone through, a later read could show our own change, and undo would restore that.
 *   Then only the precondition (a resource version) is taken from the later read, and only if all else is the same.
 * - What a step destroys is in the evidence vault, read back, before its request leaves, where the vault can take it.
 * - A probe that still gets through ends the execution. It is never called contained.
 */
import type { BeforeState, ProbeResult } from '@firebreak/contract';
import { destroys } from './evidence-first.ts';
import { blobOf, type EvidenceEntry } from './journal.ts';
import { sameState, stateBlob } from './recorded-state.ts';
import type { Ending, Reading, StepWork } from './step-work.ts';
import type { StepChange } from './store.ts';

export async function containStep(work: StepWork): Promise<Ending> {
  const { action, params, claim } = work;
  const { step } = claim;
  if (step.before !== null && step.after !== null) {
    return proveStep(work, { record: await work.recorded(step.before) }, work.opened());
  }
  const uncertain = step.uncertain || step.intended;
  const now = await work.read();
  if (now.result === 'refused') return again(work, now, { uncertain });

  const first = step.before === null ? undefined : await work.recorded(step.before);
  if (first === undefined) return applyStep(work, now.state, { recordAnew: true, uncertain: false });
  if (action.inEffect(now.state.record, params, first) && uncertain) {
    return verifyStep(work, now.state.record, { record: first }, work.opened());
  }
  if (!uncertain) return applyStep(work, now.state, { recordAnew: true, uncertain });
  if (sameState(action, params, now.state.record, first)) {
    return applyStep(work, now.state, { recordAnew: false, uncertain });
  }
  if (action.isHalfway?.(now.state.record, params, first) === true) {
    return applyStep(work, { record: first }, { recordAnew: false, uncertain });
  }
  return stop(work, {
    code: 'FB-STEP-CHANGED',
    reason:
      'An attempt was left without an answer, and now the object is neither as it was before nor as the step wants it.',
  });
}

async function applyStep(
  work: StepWork,
  from: BeforeState<unknown>,
  { recordAnew, uncertain }: { recordAnew: boolean; uncertain: boolean },
): Promise<Ending> {
  const { action, params, claim, pace } = work;
  const { step } = claim;
  if (step.attempt >= pace.attempts) {
    return stop(work, { code: 'FB-STEP-REFUSED', reason: step.reason ?? 'No attempt came through.' });
  }
  const changes = action.preview(params, from.record);
  const first: EvidenceEntry[] = [];
  if (destroys(action, changes)) {
    const taken = await work.takeFirst(changes.filter(({ verb }) => verb !== 'create').map(({ object }) => object));
    if (taken.result === 'refused') return again(work, taken, { uncertain });
    if (taken.result !== 'none' || taken.because !== null) first.push(entry(work, 'step.evidence', { ...taken }));
  }
  const intent: StepChange = {
    state: 'applying',
    attempt: step.attempt + 1,
    intended: true,
    uncertain,
    changes,
    reason: null,
  };
  const applying = entry(work, 'step.applying', { attempt: step.attempt + 1 }, [
    blobOf('changes.json', 'application/json', Buffer.from(JSON.stringify(changes))),
  ]);
  if (recordAnew) {
    const before = stateBlob('before.json', from.record);
    const evidence = (from.evidence ?? []).map(({ name, mediaType, bytes }) => blobOf(name, mediaType, bytes));
    const sealed = from.sealed === undefined ? null : work.sealed(from.sealed);
    await work.record({ ...intent, before: before.sha256, sealed }, [
      entry(work, 'step.before', { params, before: before.sha256 }, [before, ...evidence]),
      ...first,
      applying,
    ]);
  } else {
    await work.record(intent, [...first, applying]);
  }
  const before = recordAnew || step.before === null ? from.record : await work.recorded(step.before);
  const secret = recordAnew ? from.sealed : work.opened();

  const outcome = await work.attempt('apply', from.record);
  switch (outcome.outcome) {
    case 'refused':
      return again(work, outcome, { attempt: step.attempt + 1, intended: false, uncertain });
    case 'unknown':
      return release(work, outcome.reason, { attempt: step.attempt + 1, intended: false, uncertain: true });
    case 'done': {
      const now = await readUntil(work, (record) => action.inEffect(record, params, before));
      if (now.result === 'refused') return again(work, now, { attempt: step.attempt + 1, uncertain: true });
      if (!action.inEffect(now.state.record, params, before)) {
        const reason = 'It was accepted, but a fresh read does not show it in effect.';
        return release(work, reason, { attempt: step.attempt + 1, intended: false, uncertain: true });
      }
      return verifyStep(work, now.state.record, { record: before }, secret);
    }
  }
}

/** The wanted state was read: write down what we left, then try the real thing. */
async function verifyStep(
  work: StepWork,
  now: unknown,
  before: BeforeState<unknown>,
  secret: string | undefined,
): Promise<Ending> {
  const after = stateBlob('after.json', now);
  await work.record({ state: 'verifying', after: after.sha256, intended: false, reason: null }, [
    entry(work, 'step.applied', { after: after.sha256 }, [after]),
  ]);
  return proveStep(work, before, secret);
}

async function proveStep(work: StepWork, before: BeforeState<unknown>, secret: string | undefined): Promise<Ending> {
  const probes = await probeUntilItHolds(work, secret === undefined ? before : { ...before, sealed: secret });
  const probed = entry(work, 'step.probed', { probes });
  const failed = probes.find(({ result }) => result === 'fails');
  if (failed === undefined) {
    return {
      change: { state: 'done', probes, sealed: null },
      evidence: [probed, entry(work, 'step.done', {})],
      move: { what: 'next' },
    };
  }
  const reason = `FB-PROBE-FAILED: ${failed.what}: ${failed.evidence}`;
  return {
    change: { state: 'failed-probe', probes, sealed: null, reason },
    evidence: [probed, entry(work, 'step.failed', { reason }), stopped(work, reason)],
    move: { what: 'end', state: 'stopped' },
  };
}

/** Revocations take a while to arrive everywhere (an API server remembers a good token for ten seconds). */
async function probeUntilItHolds(work: StepWork, before: BeforeState<unknown>): Promise<readonly ProbeResult[]> {
  for (const wait of work.pace.probeWaitsMs) {
    const { results, again } = await work.probe(before);
    if (!again && results.every(({ result }) => result !== 'fails')) return results;
    await work.pause(wait);
  }
  return (await work.probe(before)).results;
}

/** Reads until the judgement is good or patience ends; the last reading either way. */
export async function readUntil(work: StepWork, good: (record: unknown) => boolean): Promise<Reading> {
  for (const wait of work.pace.readBackWaitsMs) {
    const now = await work.read();
    if (now.result === 'read' && good(now.state.record)) return now;
    if (now.result === 'refused' && !now.retryable) return now;
    await work.pause(wait);
  }
  return work.read();
}

/** A refusal: later again when that may help and there are attempts left, else the end. */
function again(
  work: StepWork,
  refusal: { readonly code: string; readonly reason: string; readonly retryable: boolean },
  change: StepChange,
): Ending {
  const attempt = change.attempt ?? work.claim.step.attempt + 1;
  if (!refusal.retryable || attempt >= work.pace.attempts) return stop(work, refusal, { ...change, attempt });
  return release(work, `${refusal.code}: ${refusal.reason}`, { ...change, attempt });
}

function release(work: StepWork, reason: string, change: StepChange & { readonly attempt: number }): Ending {
  return {
    change: { ...change, reason },
    evidence: [entry(work, 'step.delayed', { attempt: change.attempt, reason })],
    move: { what: 'release', afterMs: work.pace.backOffMs(change.attempt) },
  };
}

function stop(
  work: StepWork,
  why: { readonly code: string; readonly reason: string },
  change: StepChange = {},
): Ending {
  const reason = `${why.code}: ${why.reason}`;
  return {
    change: { ...change, state: 'refused', sealed: null, reason },
    evidence: [entry(work, 'step.refused', { code: why.code, reason: why.reason }), stopped(work, reason)],
    move: { what: 'end', state: 'stopped' },
  };
}

function stopped(work: StepWork, reason: string): EvidenceEntry {
  return {
    kind: 'incident.stopped',
    body: { execution: work.claim.execution.id, step: work.claim.step.plan?.id, reason },
  };
}

/** An entry about this step. */
export function entry(
  { claim, action }: StepWork,
  kind: string,
  body: Readonly<Record<string, unknown>>,
  blobs: EvidenceEntry['blobs'] = [],
): EvidenceEntry {
  return {
    kind,
    body: {
      execution: claim.execution.id,
      step: claim.step.plan?.id,
      action: action.id,
      target: claim.step.plan?.target.id,
      ...body,
    },
    blobs,
  };
}
