/** The line's own thread: text in, batches ready to be appended out. */
import { setFlagsFromString } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import type { Redaction } from '../detection/redaction/redactor.ts';
import { buffersOf, type Looker } from '../events/look.ts';
import type { Place } from '../events/normalise.ts';
import { type Prepared, prepareText } from '../events/prepare.ts';
import type { RuleTexts } from './rule-keeper.ts';

export interface LineThreadData {
  /** What is cut out of events before they are kept. */
  readonly redaction?: Redaction | undefined;
}
export type ToLineThread =
  | { readonly kind: 'text'; readonly no: number; readonly bytes: Uint8Array; readonly place: Place }
  /** By which events are looked at from now on. */
  | { readonly kind: 'rules'; readonly rules: RuleTexts };
export type FromLineThread = { readonly no: number } & (
  | { readonly prepared: Prepared | undefined }
  | { readonly problem: string }
);

// What is made of an event is let go with its batch. A collection that falls into the middle of one would teach V8 to put such objects
// among those that last, where each costs ten times as much.
setFlagsFromString('--no-allocation-site-pretenuring');

const port = parentPort;
if (port === null) throw new Error('the line prepares in a thread');

const { redaction } = workerData as LineThreadData;
const redact =
  redaction === undefined ? undefined : (await import('../detection/redaction/redactor.ts')).openRedactor(redaction);
let looker: Looker | undefined;

port.on('message', (message: ToLineThread) => {
  if (message.kind === 'rules') {
    void lookBy(message.rules);
    return;
  }
  const { no, bytes, place } = message;
  try {
    const prepared = prepareText(bytes, place, { redact, looker });
    const moved = (prepared?.batches ?? []).flatMap(({ frames, ends, times, formatOf, found, looks }) =>
      [frames, ends, times, formatOf, found, ...(looks === undefined ? [] : buffersOf(looks))].map(
        ({ buffer }) => buffer as ArrayBuffer,
      ),
    );
    port.postMessage({ no, prepared } satisfies FromLineThread, moved);
  } catch (error) {
    port.postMessage({ no, problem: error instanceof Error ? error.message : String(error) } satisfies FromLineThread);
  }
});

/** Detectors and rules are loaded by a server that many events come to, and not by every one that starts. */
async function lookBy(rules: RuleTexts): Promise<void> {
  // What fails here fails where rules are watched by as well, and is told there; without a look every event is seen.
  looker = undefined;
  looker = await import('./line-looker.ts').then(({ lookerBy }) => lookerBy(rules)).catch(() => undefined);
}
