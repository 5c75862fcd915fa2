import type { Gap } from './answer.ts';

/**
 * What a snapshot is of: `<system>:<Kind>/<path>`, as nodes and facts are named, for example `kubernetes:Namespace/prod`.
 * What follows a `?` in the text are options (`since=…&until=…`), for subjects that are no node.
 */
export interface SnapshotSubject {
  readonly text: string;
  readonly system: string;
  readonly kind: string;
  /** What follows the kind and its slash, as it is in the id. */
  readonly path: string;
  readonly options: ReadonlyMap<string, string>;
}

/** Reads a subject; `undefined` for what is none. At most 2,000 characters. */
export function snapshotSubject(text: string): SnapshotSubject | undefined {
  const [, system, kind, rest] = /^([a-z][a-z0-9-]{0,40}):([A-Za-z][\w.-]{0,80})(?:\/([^\0\r\n]*))?$/.exec(text) ?? [];
  if (system === undefined || kind === undefined || text.length > 2000) return undefined;
  const mark = rest?.lastIndexOf('?') ?? -1;
  const path = mark === -1 ? (rest ?? '') : (rest ?? '').slice(0, mark);
  const options = new Map(mark === -1 ? [] : new URLSearchParams((rest ?? '').slice(mark + 1)));
  return { text, system, kind, path, options };
}

/** A thing that is kept as it is. */
export interface BytesPiece {
  /** Unique within the snapshot: a path of its own, `layers/sha256/…`. */
  readonly name: string;
  readonly mediaType: string;
  /** Nothing is fetched until it is read; it is read once. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** As the source says beforehand. Bytes that are more, fewer or others are no evidence and are refused. */
  readonly size?: number;
  /** `sha256:<hex>`, likewise. */
  readonly digest?: string;
  /** Where it lies, if it stays there: a piece that is too large to keep becomes a reference to this place. */
  readonly at?: string;
  /** Locks it where it lies until then, and says in words what holds it now; throws where that is not possible. */
  readonly lock?: (until: Date, signal: AbortSignal) => Promise<string>;
}

/** A thing that stays where it is, and that its digest recognises. */
export interface ReferencePiece {
  readonly name: string;
  readonly mediaType: string;
  /** Where it lies. Never a credential. */
  readonly reference: string;
  /** `<algorithm>:<value>`, or what the system itself calls the state by (`lakefs-commit:…`). */
  readonly digest: string;
  /** In bytes; null where nobody says. */
  readonly size: number | null;
  /** Why it was not copied, in a sentence. */
  readonly because: string;
  /** What keeps it from being deleted where it lies, in words; null for nothing. */
  readonly retention: string | null;
}

/** What should be in the snapshot and could not be read. */
export interface MissingPiece {
  readonly missing: Gap;
}

export type SnapshotPiece = BytesPiece | ReferencePiece | MissingPiece;

/** What the vault says to a snapshotter. */
export interface SnapshotWish {
  /** What is taken is encrypted before it is stored: values of secrets may be taken as well. */
  readonly sealed: boolean;
}

/**
 * Takes one kind of thing as evidence. The default export of `connectors/<system>/snapshots/<kind>.ts`; importing it does nothing.
 *
 * @typeParam S the session of the connector of that system.
 */
export interface Snapshotter<S = unknown> {
  /** `<system>.<file name>` */
  readonly id: string;
  readonly title: string;
  /** Kinds of subjects. */
  readonly kinds: readonly string[];
  /** What our own credential needs, in the connector's own terms. */
  readonly permissions: readonly string[];
  /** Whether this session is the one that the subject is in. */
  readonly takes: (subject: SnapshotSubject, session: S) => boolean;
  /**
   * Yields pieces in an order that is the same for the same state: a snapshot that was cut off is gone on with by their names.
   * What cannot be read is a piece that is missing; throws FirebreakError only where nothing at all can be taken.
   */
  readonly take: (
    subject: SnapshotSubject,
    session: S,
    signal: AbortSignal,
    wish: SnapshotWish,
  ) => AsyncIterable<SnapshotPiece>;
}
// biome-ignore lint/suspicious/noExplicitAny: a list of snapshotters has no common session type
export type AnySnapshotter = Snapshotter<any>;
