/** The line's own thread: text in, batches ready to be appended out. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Redaction } from '../detection/redaction/redactor.ts';
import type { Place } from '../events/normalise.ts';
import { type Prepared, prepareText } from '../events/prepare.ts';

export interface LineThreadData {
  /** What is cut out of events before they are kept. */
  readonly redaction?: Redaction | undefined;
}
export interface ToLineThread {
  readonly no: number;
  readonly bytes: Uint8Array;
  readonly place: Place;
}
export type FromLineThread = { readonly no: number } & (
  | { readonly prepared: Prepared | undefined }
  | { readonly problem: string }
);

const port = parentPort;
if (port === null) throw new Error('the line prepares in a thread');

const { redaction } = workerData as LineThreadData;
const redact =
  redaction === undefined ? undefined : (await import('../detection/redaction/redactor.ts')).openRedactor(redaction);

port.on('message', ({ no, bytes, place }: ToLineThread) => {
  try {
    const prepared = prepareText(bytes, place, redact);
    const moved = (prepared?.batches ?? []).flatMap(({ frames, ends, times, formatOf, found }) =>
      [frames, ends, times, formatOf, found].map(({ buffer }) => buffer as ArrayBuffer),
    );
    port.postMessage({ no, prepared } satisfies FromLineThread, moved);
  } catch (error) {
    port.postMessage({ no, problem: error instanceof Error ? error.message : String(error) } satisfies FromLineThread);
  }
});
