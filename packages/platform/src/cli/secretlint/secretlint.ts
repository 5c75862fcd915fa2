/** secretlint's recommended rules on texts of any length: in pieces that overlap, each with a limit of time. */
import { Worker } from 'node:worker_threads';
import type { AskedText, Linted } from './thread.ts';

export interface SecretlintAnswer {
  readonly found: Linted['found'];
  /** Pieces that took longer than they may, and were given up. */
  readonly givenUp: number;
}

const piece = 64 * 1024;
const overlap = 8 * 1024;
/** Of one piece. The thread is begun anew after that. */
const mostMs = 2000;
const startMs = 10_000;

export class Secretlint {
  #worker: Worker | undefined;
  #no = 0;

  async find(text: string, path: string): Promise<SecretlintAnswer> {
    const found = new Map<string, Linted['found'][number]>();
    let givenUp = 0;
    for (let from = 0; from === 0 || from < text.length; from += piece) {
      const start = Math.max(0, from - overlap);
      const answer = await this.#ask(text.slice(start, from + piece), path);
      if (answer === undefined) givenUp += 1;
      for (const { kind, start: at, end } of answer ?? [])
        found.set(`${kind} ${start + at}`, { kind, start: start + at, end: start + end });
    }
    return { found: [...found.values()].sort((a, b) => a.start - b.start), givenUp };
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  /** Undefined when it took too long, or failed. */
  #ask(text: string, path: string): Promise<Linted['found'] | undefined> {
    const isNew = this.#worker === undefined;
    const worker = this.#worker ?? new Worker(new URL('./thread.ts', import.meta.url), { execArgv: [] });
    this.#worker = worker;
    this.#no += 1;
    const no = this.#no;
    const { promise, resolve } = Promise.withResolvers<Linted['found'] | undefined>();
    const give = () => {
      this.#worker = undefined;
      void worker.terminate();
      resolve(undefined);
    };
    const timer = setTimeout(give, isNew ? startMs : mostMs);
    const heard = (answer: Linted) => {
      if (answer.no === no) resolve(answer.found);
    };
    worker.on('message', heard);
    worker.once('error', give);
    worker.postMessage({ no, text, path } satisfies AskedText);
    return promise.finally(() => {
      clearTimeout(timer);
      worker.off('message', heard);
      worker.off('error', give);
    });
  }
}
