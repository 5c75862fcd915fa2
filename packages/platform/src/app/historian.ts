/**
 * Writes the estate's history while the server runs. Recording never holds up an answer and never stops the server: an estate that
 * comes while another is being written waits, and only the newest of those that wait is written.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Estate } from '@firebreak/contract';
import type { FactHistory } from '../facts/history.ts';

/** A busy cluster changes every second; nobody asks for its reach a second ago. */
const apartMs = 15_000;

export class Historian {
  readonly #history: FactHistory;
  readonly #scope: string;
  readonly #onTrouble: (error: unknown) => void;
  readonly #closing = new AbortController();
  #waiting: { readonly estate: Estate; readonly at: Date } | undefined;
  #writing: Promise<void> | undefined;

  constructor(history: FactHistory, scope: string, onTrouble: ((error: unknown) => void) | undefined) {
    this.#history = history;
    this.#scope = scope;
    this.#onTrouble = onTrouble ?? (() => undefined);
  }

  keep(estate: Estate, at: Date): void {
    this.#waiting = { estate, at };
    this.#writing ??= this.#write();
  }

  /** Writes what waits, and ends. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting !== undefined) {
      const { estate, at } = this.#waiting;
      this.#waiting = undefined;
      await this.#history.record(this.#scope, estate, at).catch(this.#onTrouble);
      await sleep(apartMs, undefined, { signal: this.#closing.signal, ref: false }).catch(() => undefined);
    }
    this.#writing = undefined;
  }
}
