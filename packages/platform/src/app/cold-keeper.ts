/**
 * Once an hour takes what came in before the hot window out of the database into files, and deletes files that are past what is to be
 * kept. Each file, written and deleted, is in the ledger with its digest. Trouble is told and tried again at the next hour: the events
 * are still in the database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../kernel/clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ColdEvents, ColdFile } from '../storage/cold-events.ts';
import type { Transaction } from '../storage/database.ts';

export interface ColdKeeperParts {
  readonly coldEvents: ColdEvents;
  readonly ledger: Pick<Ledger<Transaction>, 'append'>;
  readonly clock: Clock;
  /** Days that events stay in the database after they came in. */
  readonly hotDays: number;
  /** Days after which they are deleted; kept for good when undefined. */
  readonly keepDays: number | undefined;
  readonly onTrouble: (error: unknown) => void;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Of a large store the rest waits for the next hour. */
const mostFilesAtOnce = 500;

export class ColdKeeper {
  readonly #parts: ColdKeeperParts;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;

  constructor(parts: ColdKeeperParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await keepCold(this.#parts, signal).catch(this.#parts.onTrouble);
      await sleep(hourMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}

/** One round. @returns files that were written, and deleted */
export async function keepCold(
  { coldEvents, ledger, clock, hotDays, keepDays }: Omit<ColdKeeperParts, 'onTrouble'>,
  signal: AbortSignal,
): Promise<{ readonly written: readonly ColdFile[]; readonly deleted: readonly ColdFile[] }> {
  const now = clock.now();
  const daysAgo = (days: number) => new Date(now.getTime() - days * dayMs);
  const noted = (kind: string) => async (file: ColdFile, tx: Transaction) => {
    const { name, sha256, bytes, events, first, last } = file;
    const body = { name, sha256, bytes, events, first: first.toISOString(), last: last.toISOString() };
    await ledger.append([{ incident: null, kind, actor: 'server', body }], tx);
  };
  const written: ColdFile[] = [];
  while (written.length < mostFilesAtOnce && !signal.aborted) {
    const file = await coldEvents.move(daysAgo(hotDays), now, noted('events.moved'));
    if (file === undefined) break;
    written.push(file);
  }
  const deleted =
    keepDays === undefined || signal.aborted
      ? []
      : await coldEvents.forget(daysAgo(keepDays), now, noted('events.deleted'));
  return { written, deleted };
}
