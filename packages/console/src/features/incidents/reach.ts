import type { Blast } from '@firebreak/contract/graph';
import type { Execution } from '@firebreak/contract/incident';
import type { Tone } from '../../ui/tag.tsx';

/** What the header says about crown jewels: after a proof the proof counts, before it the blast radius. */
export interface Reach {
  readonly label: string;
  readonly value: string;
  readonly hint: string;
  readonly tone: Tone;
}

/**
 * Whether steps have ended since the estate was read: what is said of the estate is then about how it was, and after an
 * undo that would be a false all-clear.
 */
export function isOutdated(collectedAt: string | undefined, execution: Execution | null | undefined): boolean {
  if (collectedAt === undefined || execution == null) return false;
  const read = Date.parse(collectedAt);
  return execution.steps.some((run) => run.endedAt !== null && Date.parse(run.endedAt) > read);
}

export function reachOf(
  blast: Blast | undefined,
  execution: Execution | null | undefined,
  collectedAt?: string,
): Reach {
  if (execution?.direction === 'contain' && execution.proof !== null) {
    const { contained, reachable } = execution.proof;
    return {
      label: 'Still reachable after containment',
      value: String(reachable.length),
      hint: contained ? 'proven on a fresh collect' : 'not proven contained',
      tone: contained ? 'good' : 'danger',
    };
  }
  const label = 'Crown jewels in reach';
  if (blast === undefined) return { label, value: '–', hint: ' ', tone: 'neutral' };
  if (isOutdated(collectedAt, execution)) {
    return { label, value: `${blast.counts.jewels}?`, hint: 'as read before the last change', tone: 'warn' };
  }
  const limited = blast.completeness.answer === 'limited';
  return {
    label,
    value: limited ? `at least ${blast.counts.jewels}` : String(blast.counts.jewels),
    hint: `${blast.counts.reached} of ${blast.counts.nodes} nodes reached`,
    tone: blast.counts.jewels > 0 ? 'jewel' : limited ? 'warn' : 'neutral',
  };
}
