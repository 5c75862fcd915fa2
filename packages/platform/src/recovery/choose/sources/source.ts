/** Who knows the versions of a thing. One file beside this one for each kind of thing; discovered by `index.ts`. */
import type { Estate, NodeId, NodeRef } from '@firebreak/contract';
import type { KnownVersion } from '../choose.ts';

/** A fact whose history tells of a version or of what was served. */
export interface HistoryWish {
  readonly kind: string;
  readonly ids: readonly string[];
}

/** What a fact was from one collection to another. */
export interface FactVersion {
  readonly kind: string;
  readonly id: string;
  readonly since: string;
  /** Null: it is so now. */
  readonly until: string | null;
  readonly data: unknown;
}

/** What was served under a name, by one thing that was seen. */
export interface Served {
  readonly by: string;
  readonly version: string;
  readonly from: string;
  readonly until: string | null;
}

/** What an event did to a name that people get a version by; null: it was taken away. */
export interface Move {
  readonly by: string;
  readonly version: string | null;
}

export interface VersionSource {
  /** The thing whose versions these are, for a node that belongs to it; undefined for a node of another kind. */
  readonly subject: (estate: Estate, node: NodeId) => NodeRef | undefined;
  readonly versions: (estate: Estate, subject: NodeId) => readonly Omit<KnownVersion, 'seen'>[];
  /** The versions that people get now, by the names that they get them by. */
  readonly current: (estate: Estate, subject: NodeId) => readonly { readonly by: string; readonly version: string }[];
  /** Facts to look up in the history. */
  readonly wishes: (estate: Estate, subject: NodeId) => readonly HistoryWish[];
  /** What old facts say was served. */
  readonly servedBy: (fact: FactVersion) => readonly Served[];
  /** Targets of events, as logs name them, that tell of moves; and what such an event put in place. */
  readonly moves: (estate: Estate, subject: NodeId) => readonly NodeId[];
  readonly moved: (targets: readonly NodeId[], activity: 'change' | 'delete') => Move | undefined;
}
