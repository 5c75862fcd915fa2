/** Texts are prepared in a thread beside the one that answers; should it break, those in it are refused and it begins anew. */
import { Worker } from 'node:worker_threads';
import { FirebreakError } from '@firebreak/contract';
import type { Place } from '../events/normalise.ts';
import { eventsIn, type Prepared } from '../events/prepare.ts';
import type { FromLineThread, LineThreadData, ToLineThread } from './line-thread.ts';
import type { RuleTexts } from './rule-keeper.ts';

interface Waiting {
  readonly resolve: (prepared: Prepared | undefined) => void;
  readonly reject: (error: Error) => void;
}

/** What is parsed lives as long as it is prepared: with room for much of it, little outlives a collection and has to be copied. */
const youngMb = 64;
/** Compiling the rules takes longer than to watch so many events without a look. */
const worthLooking = 5000;

export class LinePreparer {
  readonly #data: LineThreadData;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #no = 0;
  #rules: RuleTexts | undefined;
  #isLooking = false;
  #prepared = 0;

  constructor(data: LineThreadData = {}) {
    this.#data = data;
  }

  /** @returns undefined when no part of it is JSON. The bytes are moved away where they have a buffer of their own. */
  prepare(bytes: Uint8Array, place: Place): Promise<Prepared | undefined> {
    const whole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer;
    const own = whole ? bytes : new Uint8Array(bytes);
    this.#worker ??= this.#begin();
    this.#no += 1;
    const message: ToLineThread = { kind: 'text', no: this.#no, bytes: own, place };
    const worker = this.#worker;
    this.#look();
    return new Promise((resolve, reject) => {
      this.#waiting.set(message.no, { resolve, reject });
      worker.postMessage(message, [own.buffer as ArrayBuffer]);
    });
  }

  /** From when many have come on, events are looked at by these rules. */
  lookBy(rules: RuleTexts): void {
    this.#rules = rules;
    this.#isLooking = false;
    this.#look();
  }

  #look(): void {
    if (this.#isLooking || this.#rules === undefined || this.#prepared < worthLooking) return;
    this.#isLooking = this.#worker !== undefined;
    this.#worker?.postMessage({ kind: 'rules', rules: this.#rules } satisfies ToLineThread);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #begin(): Worker {
    const worker = new Worker(new URL('./line-thread.ts', import.meta.url), {
      workerData: this.#data,
      execArgv: [],
      name: 'line',
      resourceLimits: { maxYoungGenerationSizeMb: youngMb },
    });
    worker.unref();
    worker.on('message', (message: FromLineThread) => {
      const waiting = this.#waiting.get(message.no);
      this.#waiting.delete(message.no);
      if ('problem' in message) waiting?.reject(new Error(message.problem));
      else waiting?.resolve(message.prepared);
      if ('prepared' in message && message.prepared !== undefined) this.#prepared += eventsIn(message.prepared);
    });
    let why = 'It was stopped.';
    worker.once('error', (error: Error) => {
      why = error.message;
    });
    worker.once('exit', () => {
      if (this.#worker === worker) [this.#worker, this.#isLooking] = [undefined, false];
      for (const { reject } of this.#waiting.values())
        reject(new FirebreakError('FB-CANCELLED', `The thread that reads events ended: ${why}`));
      this.#waiting.clear();
    });
    return worker;
  }
}
