/** What canaries are kept in. `storage/canary-store.ts` keeps them in PostgreSQL. */
import type { CanaryConfig, CanaryLook, CanaryMove, CanarySample, CanaryState } from '@firebreak/contract';
import type { CanaryApproval } from './approval.ts';
import type { OpenLook } from './course.ts';
import type { Seen } from './observed.ts';

/** Sources that are read, by `from` of a metric's source. */
export const readSources = ['prometheus', 'telemetry', 'guard'] as const;
export type ReadSource = (typeof readSources)[number];

/** The look under way, and what the sources need to remember from one reading to the next. */
export interface WorkingLook extends OpenLook {
  readonly lookInStage: number;
  /** Up to when each source was read, ISO 8601. One that could not be read is asked for all of it again. */
  readonly readUntil: Readonly<Record<ReadSource, string>>;
  /** Place in the order of the guard queries, and how often running each that must hold failed. */
  readonly guard: { readonly at: number; readonly failing: Readonly<Record<string, number>> };
  /** Attempts at the move that is wanted now. */
  readonly attempts: number;
  /** Null where somebody else moves the traffic. */
  readonly approval: CanaryApproval | null;
}

export interface CanaryRow {
  readonly id: string;
  readonly incident: string | null;
  readonly config: CanaryConfig;
  readonly state: CanaryState;
  readonly stage: number;
  readonly percent: number | null;
  readonly why: string;
  readonly startedAt: string;
  readonly startedBy: string;
  readonly stageSince: string;
  readonly lookSince: string;
  readonly endedAt: string | null;
  /** That a person wants it stopped. */
  readonly asked: { readonly by: string; readonly why: string } | null;
  /** A move that was begun. */
  readonly moving: { readonly percent: number; readonly why: string; readonly at: string } | null;
  /** The traffic before the first move, as its lever read it. */
  readonly before: unknown;
  readonly open: WorkingLook;
}

/** The right to work on a row until the lease ends. */
export interface CanaryClaim extends CanaryRow {
  readonly fence: number;
}

/** Fields that a save changes; absent ones stay. */
export type CanaryChange = Partial<
  Pick<
    CanaryRow,
    | 'state'
    | 'stage'
    | 'percent'
    | 'why'
    | 'stageSince'
    | 'lookSince'
    | 'endedAt'
    | 'moving'
    | 'before'
    | 'open'
    | 'asked'
  >
> & {
  /** Not to be worked on before; at once when absent. */
  readonly dueInMs?: number;
  /** Gives the row back. */
  readonly release?: boolean;
};

export interface ListedCanary extends CanaryRow {
  readonly looks: number;
  readonly score: number | null;
}

export interface CanaryStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  create(tx: Tx, row: Omit<CanaryRow, 'endedAt' | 'asked' | 'moving' | 'before'>): Promise<void>;
  get(id: string): Promise<CanaryRow | null>;
  /** Newest first. */
  list(limit: number, incident?: string): Promise<readonly ListedCanary[]>;
  looks(id: string): Promise<readonly CanaryLook[]>;
  moves(id: string): Promise<readonly CanaryMove[]>;
  /** What the looks saw, oldest first. */
  seen(id: string): Promise<readonly Seen[]>;
  /** Whether it was there and goes on. It is due at once. */
  ask(tx: Tx, id: string, asked: NonNullable<CanaryRow['asked']>): Promise<boolean>;
  /**
   * Writes an approval down. False: it does not wait for one any more, or somebody else gave theirs in between.
   *
   * @param next `starting` once enough have given theirs
   */
  approve(
    tx: Tx,
    id: string,
    approval: { readonly was: CanaryApproval; readonly is: CanaryApproval },
    next: Pick<CanaryRow, 'state' | 'why'>,
  ): Promise<boolean>;
  /** Rows that are due, leased to this worker; those of others once their lease is over. One that waits for approval is not due. */
  claim(worker: string, limit: number, leaseMs: number): Promise<readonly CanaryClaim[]>;
  /** Renews leases; ids of those that are still this worker's. */
  renew(claims: readonly Pick<CanaryClaim, 'id' | 'fence'>[], leaseMs: number): Promise<ReadonlySet<string>>;
  /** False: the row is another worker's now, and nothing was written. */
  save(tx: Tx, claim: Pick<CanaryClaim, 'id' | 'fence' | 'incident'>, change: CanaryChange): Promise<boolean>;
  addLook(tx: Tx, id: string, look: CanaryLook, seen: Seen): Promise<void>;
  addMove(tx: Tx, id: string, move: CanaryMove): Promise<void>;
  /** `known`: a batch of this name was there. `full`: too much waits to be taken. */
  addSamples(
    tx: Tx,
    id: string,
    batch: string | undefined,
    samples: readonly CanarySample[],
  ): Promise<'kept' | 'known' | 'full'>;
  /** What was sent in since, marked as taken. */
  takeSamples(tx: Tx, id: string): Promise<readonly CanarySample[]>;
}
