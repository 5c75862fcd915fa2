import type { HttpCommands } from '../../exchange/http-command.ts';
import type { HttpClient } from '../../intake/http.ts';

export type LitellmSession = { readonly kind: 'file'; readonly file: string; readonly server: string } | ProxySession;

export interface ProxySession {
  readonly kind: 'proxy';
  /** Reads with our key. */
  readonly ours: HttpClient;
  /** Reads without any. */
  readonly anybody: HttpClient;
  /** Changes, and reads for changes, with our key. */
  readonly commands: HttpCommands;
  readonly server: string;
  readonly limits: { readonly maxEntries: number };
}
