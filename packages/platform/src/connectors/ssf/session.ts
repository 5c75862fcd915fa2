import type { Transmitter } from './configuration.ts';
import type { Listener } from './listener.ts';
import type { Outbox } from './outbox.ts';
import type { SigningKey } from './signing-key.ts';

/** An open transmitter. */
export interface SsfSession {
  /** The file that describes it. */
  readonly from: string;
  readonly transmitter: Transmitter;
  readonly key: SigningKey;
  readonly outbox: Outbox;
  readonly listener: Listener | undefined;
}
