/**
 * Tends what stands: looks at containments when they are due or something changed, and acts upon leases. Any number of processes
 * do it on one database; each look is handed out once.
 */
import type { AnyAction } from '@firebreak/contract';
import type { Ledger } from '../ledger/ledger.ts';
import type { Prove, Survey } from './end-of-execution.ts';
import { tendLeases } from './end-of-lease.ts';
import type { Pace } from './pace.ts';
import { withDeadline } from './step-work.ts';
import type { ExecutionStore } from './store.ts';
import { lookAt } from './watch.ts';

export interface TendParts<Tx> {
  readonly id: string;
  readonly store: ExecutionStore<Tx>;
  readonly ledger: Ledger<Tx>;
  readonly actions: ReadonlyMap<string, AnyAction>;
  readonly session: (action: string, params: unknown) => unknown;
  readonly survey: Survey;
  readonly pace: Pace;
  readonly now: () => Date;
  /** There is work for a worker. */
  readonly wake: () => void;
  readonly onTrouble: (error: unknown) => void;
}

export interface Tending {
  /** Something changed in the estate: everything is due. */
  changed(): void;
  /** There may be something due: look now. */
  look(): void;
  stop(): Promise<void>;
}

/** Containments that are looked at on the same facts, and leases that are ended, in one go. */
const atOnce = 200;
/** Of these, steps of so many are read at the same time. */
const abreast = 8;

export function startTending<Tx>(parts: TendParts<Tx>): Tending {
  const { store, pace } = parts;
  const stopping = new AbortController();
  let woken = Promise.withResolvers<void>();
  let isDue = false;

  async function leases(): Promise<void> {
    for (const incident of await store.expiring(pace.leaseAheadMs, atOnce)) {
      try {
        if (await tendLeases(parts, incident)) parts.wake();
      } catch (error) {
        parts.onTrouble(error);
      }
    }
  }

  async function looks(): Promise<void> {
    const due = [...(await store.claimWatch(atOnce, pace.watchMs))];
    if (due.length === 0) return;
    const prove = await proveOnFreshFacts();
    async function lane(): Promise<void> {
      for (let next = due.pop(); next !== undefined; next = due.pop()) {
        try {
          if (await lookAt(parts, next, prove, stopping.signal)) parts.wake();
        } catch (error) {
          if (stopping.signal.aborted) return;
          parts.onTrouble(error);
        }
      }
    }
    await Promise.all(Array.from({ length: abreast }, lane));
  }

  /** Facts that cannot be had are for each look to judge. */
  async function proveOnFreshFacts(): Promise<Prove> {
    try {
      return await withDeadline(pace.proofMs, stopping.signal, parts.survey);
    } catch (error) {
      stopping.signal.throwIfAborted();
      parts.onTrouble(error);
      return () => Promise.reject(error);
    }
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { promise } = woken;
      try {
        if (isDue) {
          isDue = false;
          await store.watchNow();
        }
        await leases();
        await looks();
      } catch (error) {
        if (!stopping.signal.aborted) parts.onTrouble(error);
      }
      await Promise.race([promise, pause(pace.tendMs)]);
      // what comes in quick succession is looked at together
      if (isDue) await Promise.race([pause(Math.min(1_000, pace.tendMs)), stopped(stopping.signal)]);
    }
  }

  function look(): void {
    woken.resolve();
    woken = Promise.withResolvers();
  }

  const looping = loop();
  return {
    changed() {
      isDue = true;
      look();
    },
    look,
    async stop() {
      stopping.abort();
      look();
      await looping;
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
