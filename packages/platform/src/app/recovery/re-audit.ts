/**
 * Follow-ups are audited on their day, whoever thinks of it: once an hour, the graph of a fresh collection is asked about those that have
 * become due since. Trouble is told and tried again at the next hour: they are still due.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createFollowUps } from '../../recovery/follow-ups/follow-ups.ts';
import type { Station } from '../station.ts';

const hourMs = 3_600_000;

export class ReAudit {
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(station: Station, onTrouble: (error: unknown) => void) {
    this.#running = this.#run(station, onTrouble);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(station: Station, onTrouble: (error: unknown) => void): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await auditDue(station, signal).catch((error: unknown) => {
        if (!signal.aborted) onTrouble(error);
      });
      await sleep(hourMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

/** One round. @returns how many were due */
export async function auditDue(station: Station, signal: AbortSignal): Promise<number> {
  if (station.field === undefined) return 0;
  const { storage, ledger, clock } = station;
  const followUps = createFollowUps({ store: storage.recoveryStore, ledger, clock });
  const due = await followUps.due();
  if (due.length === 0) return 0;
  const { graph } = await station.field.holder.collect(signal);
  for (const incident of new Set(due.map((each) => each.incident))) await followUps.audit(graph, 'server', incident);
  return due.length;
}
