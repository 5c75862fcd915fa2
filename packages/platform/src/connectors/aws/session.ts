import type { Collected } from '@firebreak/contract';
import type { Control } from './account/control.ts';

/** An open source of AWS facts: files here, accounts by their API in `live`. */
export interface AwsSession {
  /** Where it leads, for people. Never a credential. */
  readonly address: string;
  collect(signal: AbortSignal): AsyncIterable<Collected>;
  close(): Promise<void>;
  /** What actions work through; files and folders have none. */
  readonly control?: Control;
}
