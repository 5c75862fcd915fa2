/** Keeps the thread that makes columns. It is a help and no more: without it hunts are slower, and nothing else. */
import { Worker } from 'node:worker_threads';
import type { ColumnThreadData } from './column-thread.ts';

export interface ColumnKeeper {
  close(): Promise<void>;
}

/** @param database its address, with the password */
export function openColumnKeeper(database: string, onTrouble: (error: unknown) => void): ColumnKeeper {
  const workerData: ColumnThreadData = { database };
  const worker = new Worker(new URL('./column-thread.ts', import.meta.url), { workerData, execArgv: [] });
  const gone = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.on('message', (problem: string) => onTrouble(new Error(`No columns are made for events: ${problem}`)));
  worker.on('error', onTrouble);
  return {
    close: async () => {
      worker.postMessage('stop');
      await gone;
    },
  };
}
