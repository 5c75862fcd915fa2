/** The watch as the server has it: a thread that follows the event store, begun again when it breaks, and what it says of itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { buffersOf } from '../events/look.ts';
import type { AppendedBlock, EventLine } from '../events/store.ts';
import type { RuleTexts } from './rule-keeper.ts';
import type { FollowerCounts, TakeDetections } from './watch-follower.ts';
import { LoadMeter, type WatchLoad } from './watch-load.ts';
import type { FromWatchThread, RuleReport, ToWatchThread, WatchThreadData } from './watch-thread.ts';

export interface WatchStatus {
  /** Whether it follows at this moment. */
  readonly running: boolean;
  /** Why it does not, or what went wrong last. */
  readonly trouble: string | undefined;
  readonly rules: RuleReport | undefined;
  readonly counts: FollowerCounts | undefined;
}

export interface WatchStationParts extends WatchThreadData {
  readonly take: TakeDetections;
  readonly onTrouble: (error: unknown) => void;
  /** Told of rules that are refused, whenever rules were read. */
  readonly onRules?: (rules: RuleReport, texts: RuleTexts) => void;
}

const againAfterMs = 2000;
const longestEndMs = 20_000;
/** Bytes of blocks that wait for the thread: some hundred thousand events. */
const mostHanded = 64 << 20;
/** Events live as long as they are looked at: with room for many, few outlive a collection and have to be copied. */
const youngMb = 64;

/** What a block holds that is moved instead of being copied: nobody else needs it. */
function buffersIn({ packed, looked }: AppendedBlock): ArrayBuffer[] {
  const views = [packed, ...(looked?.batches ?? []).flatMap(({ looks, times }) => [times, ...buffersOf(looks)])];
  return views.flatMap(({ buffer, byteLength }) =>
    buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [],
  );
}

export class WatchStation {
  readonly #parts: WatchStationParts;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #worker: Worker | undefined;
  #trouble: string | undefined;
  #rules: RuleReport | undefined;
  #counts: FollowerCounts | undefined;
  /** Blocks that the thread has been handed and has not said to have seen. */
  #handed: { readonly upto: number; readonly bytes: number }[] = [];
  readonly #meter = new LoadMeter();

  constructor(parts: WatchStationParts) {
    this.#parts = parts;
    this.#running = this.#run();
  }

  /** Whose events it follows. */
  get line(): EventLine {
    return this.#parts.line;
  }

  get status(): WatchStatus {
    const running = this.#worker !== undefined && this.#counts !== undefined;
    return { running, trouble: this.#trouble, rules: this.#rules, counts: this.#counts };
  }

  /** How much it still has to see; undefined while it does not follow. */
  get load(): WatchLoad | undefined {
    return this.status.running ? this.#meter.load(performance.now()) : undefined;
  }

  /**
   * Events were appended. The block is handed on as it is, and no longer to be used here; where too many wait already they are only told of, and read from the store.
   */
  appended(block: AppendedBlock): void {
    this.#meter.appended(block);
    const moved = buffersIn(block);
    const bytes = moved.reduce((sum, { byteLength }) => sum + byteLength, 0);
    const waiting = this.#handed.reduce((sum, each) => sum + each.bytes, bytes);
    if (this.#counts === undefined || waiting > mostHanded) this.#tell({ kind: 'appended' });
    else {
      this.#handed.push({ upto: block.upto, bytes });
      this.#tell({ kind: 'block', block }, moved);
    }
  }

  /** Saves the watch's place and ends it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#tell({ kind: 'stop' });
    // A thread that does not end is ended: it reads on from its last place.
    const patience = setTimeout(() => void this.#worker?.terminate(), longestEndMs);
    await this.#running;
    clearTimeout(patience);
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.#once();
      this.#worker = undefined;
      await sleep(againAfterMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One life of the thread. */
  #once(): Promise<void> {
    const { line, database, rules } = this.#parts;
    const workerData: WatchThreadData = { line, database, rules };
    const worker = new Worker(new URL('./watch-thread.ts', import.meta.url), {
      workerData,
      execArgv: [],
      name: 'watch',
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    });
    this.#worker = worker;
    this.#counts = undefined;
    this.#handed = [];
    this.#meter.begun();
    worker.on('message', (message: FromWatchThread) => void this.#heard(message));
    return new Promise((resolve) => {
      worker.once('error', (error) => this.#failed(error));
      worker.once('exit', () => resolve());
    });
  }

  async #heard(message: FromWatchThread): Promise<void> {
    if (message.kind === 'counts') {
      const { counts } = message;
      this.#counts = counts;
      this.#meter.reached(counts, performance.now());
      this.#handed = this.#handed.filter(({ upto }) => upto > counts.position);
    } else if (message.kind === 'trouble') this.#failed(new Error(message.problem));
    else if (message.kind === 'rules') {
      this.#rules = message.rules;
      this.#parts.onRules?.(message.rules, message.texts);
    } else {
      const { no, detections } = message;
      const problem = await this.#parts.take(detections).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      this.#tell({ kind: 'taken', no, ...(problem === undefined ? {} : { problem }) });
    }
  }

  #failed(error: unknown): void {
    this.#trouble = error instanceof Error ? error.message : String(error);
    this.#parts.onTrouble(error);
  }

  #tell(message: ToWatchThread, moved: readonly ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, moved);
  }
}
