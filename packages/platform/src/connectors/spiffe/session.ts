import type { SpireServer } from './server/server-client.ts';

/** An open source of SPIFFE facts. */
export interface SpiffeSession {
  readonly from: string;
  /** The running server; files have none. */
  readonly server: SpireServer | undefined;
  /** Of the server's entries; undefined where it has none or could not be asked. */
  readonly trustDomain: string | undefined;
}
