import { setTimeout as sleep } from 'node:timers/promises';
import type { Execution } from '@firebreak/contract';

const pollMs = 500;

/**
 * Follows a containment that is watched elsewhere: tells of each change of its state, until the signal ends it, or, when asked to
 * look once, until it was looked at after `seen` and what that began has ended. Gives it as it was last.
 */
export async function watched(
  look: () => Promise<Execution>,
  options: {
    readonly seen: string | null;
    readonly once: boolean;
    readonly each: (execution: Execution) => void;
    readonly signal: AbortSignal;
  },
): Promise<Execution> {
  const { seen, once, each, signal } = options;
  let told = '';
  for (;;) {
    const execution = await look();
    const { state, watch } = execution;
    const news = `${state} ${watch?.note ?? ''}`;
    if (news !== told) each(execution);
    told = news;
    const looked = watch !== undefined && watch.lookedAt !== null && watch.lookedAt !== seen;
    if (once && looked && state !== 'running') return execution;
    await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return execution;
  }
}
