import type { SeenEvent } from '@firebreak/contract';
import type { LookAtKept } from './look.ts';

/** An event as it is kept. */
export interface KeptEvent extends SeenEvent {
  /** Its place in the order of appending; numbers grow, and some are missing. */
  readonly no: number;
  readonly received: Date;
  /** The JSON that `event` is parsed from, where it lies as such. */
  readonly formText?: string;
  /** The JSON that `raw` is parsed from, at each look. */
  readonly rawText: string;
  /** What a first look at it said, where one was taken. */
  readonly look?: LookAtKept;
  /** Whether these bytes are anywhere in it, in the form or in the raw text: without parsing either. */
  holds?(bytes: Buffer): boolean;
}
