/**
 * How the collector asks: one object or one listing by its path, from the API or from saved answers. Every question ends in data;
 * what could not be read carries the gap that it leaves.
 */
import type { Gap } from '@firebreak/contract';

export type Answer = { readonly ok: true; readonly value: unknown } | Missing;
export interface Missing {
  readonly ok: false;
  /** GitHub says 404 both for what is not there and for what a token may not see. */
  readonly absent: boolean;
  readonly gap: (kinds: readonly string[]) => Gap;
}
/** What came, and what broke the listing off. */
export interface Listing {
  readonly items: readonly unknown[];
  readonly missing?: Missing;
}

export interface GithubAnswers {
  readonly address: string;
  /** @param path below the API's root, escaped: `/repos/acme/models` */
  readonly get: (path: string, signal: AbortSignal) => Promise<Answer>;
  /** All pages. @param key of the list in each page; absent where the page is the list. */
  readonly list: (path: string, key: string | undefined, signal: AbortSignal) => Promise<Listing>;
  readonly close: () => Promise<void>;
}
