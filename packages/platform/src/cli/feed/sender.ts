/**
 * Sends events to a server in batches. What must stay true: a place is remembered only when the server has said that all up to it is
 * kept, and a server that has no room or is away is asked again, more and more seldom.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { FirebreakError, type TakenEvents } from '@firebreak/contract';
import type { Client } from '../../http/client.ts';
import { codeOf } from '../../intake/walk.ts';
import { type FeedPlace, placesSchema } from './place.ts';

export interface SenderParts {
  readonly client: Pick<Client, 'call'>;
  readonly signal: AbortSignal;
  /** What the server said of a batch from a file. */
  readonly told: (taken: TakenEvents, from: string) => void;
  /** Where places are kept; nowhere when absent. */
  readonly state: string | undefined;
  /** Whether a server that is away is waited for without end. */
  readonly patient: boolean;
}

/** What goes out together. */
const most = { events: 4000, bytes: 4 << 20 };
const again = { firstMs: 250, longestMs: 10_000, awayMs: 60_000 };

/**
 * Places by absolute path; empty when nothing was kept.
 *
 * @throws FirebreakError FB-SOURCE-UNREADABLE, FB-USAGE when the file is there and holds none: all would be sent again
 */
export async function placesIn(state: string | undefined): Promise<Map<string, FeedPlace>> {
  if (state === undefined) return new Map();
  const text = await readFile(state, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new FirebreakError('FB-SOURCE-UNREADABLE', `The state ${state} cannot be read (${codeOf(error)}).`);
  });
  if (text === undefined) return new Map();
  try {
    return new Map(Object.entries(placesSchema.parse(JSON.parse(text)).files));
  } catch (cause) {
    const why = `${state} is there and is no state of this command; move it away to begin anew.`;
    throw new FirebreakError('FB-USAGE', why, { cause });
  }
}

export class EventSender {
  readonly #parts: SenderParts;
  readonly #places: Map<string, FeedPlace>;
  /** Places behind what waits. */
  readonly #reached = new Map<string, FeedPlace>();
  #lines: string[] = [];
  #bytes = 0;
  #from = '';
  #sending: Promise<void> = Promise.resolve();

  /** @param places by absolute path, shared with other senders of the same command */
  constructor(parts: SenderParts, places: Map<string, FeedPlace>) {
    this.#parts = parts;
    this.#places = places;
  }

  /** @param text JSON on one line @param place behind it in the file, where that is known */
  async add(text: string, file: string, place: FeedPlace | undefined): Promise<void> {
    if (this.#lines.length > 0 && (this.#from !== file || this.#bytes + text.length > most.bytes)) await this.flush();
    this.#from = file;
    this.#lines.push(text);
    this.#bytes += text.length;
    if (place !== undefined) this.#reached.set(place.file, place);
    if (this.#lines.length >= most.events) await this.flush();
  }

  /** Resolves when everything that was added is kept. */
  async flush(): Promise<void> {
    const [lines, from, reached] = [this.#lines, this.#from, [...this.#reached]];
    this.#lines = [];
    this.#bytes = 0;
    this.#reached.clear();
    this.#sending = this.#sending.then(() => this.#send(lines, from, reached));
    await this.#sending;
  }

  async #send(
    lines: readonly string[],
    from: string,
    reached: readonly (readonly [string, FeedPlace])[],
  ): Promise<void> {
    if (lines.length === 0) return;
    const body = new TextEncoder().encode(lines.join('\n'));
    this.#parts.told(await this.#untilTaken(body, from), from);
    for (const [file, place] of reached) this.#places.set(file, place);
    const { state } = this.#parts;
    if (state === undefined) return;
    const files = Object.fromEntries(this.#places);
    const beside = `${state}.${randomUUID()}`;
    await writeFile(beside, JSON.stringify({ version: 1, files }), { mode: 0o600 });
    await rename(beside, state);
  }

  async #untilTaken(body: Uint8Array, from: string): Promise<TakenEvents> {
    const { client, signal, patient } = this.#parts;
    let waited = 0;
    for (let wait = again.firstMs; ; wait = Math.min(2 * wait, again.longestMs)) {
      try {
        return await client.call('takeEvents', { query: { from: from.slice(-500) }, body }, signal);
      } catch (error) {
        if (!(error instanceof FirebreakError)) throw error;
        const isFull = error.code === 'FB-INTAKE-FULL' || error.code === 'FB-STORAGE-UNAVAILABLE';
        const isAway = error.code === 'FB-SERVER-UNREACHABLE' && (patient || waited < again.awayMs);
        if (signal.aborted || !(isFull || isAway)) throw error;
      }
      await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted());
      waited += wait;
    }
  }
}
