/**
 * What the runner needs from durable storage. The implementation is PostgreSQL (`storage/execution-store.ts`).
 *
 * What must stay true of every implementation:
 *
 * - a row of work belongs to at most one worker at a time: every claim gets a larger fencing token, and `write` ignores
 *   whoever comes with an older one (it answers `fenced`, and nothing of that write is kept);
 * - methods that take a transaction leave no trace when it rolls back, so that the row, its journal line and the ledger
 *   entries are all there or none is;
 * - leases and back-off are measured by the database's clock, so that workers on machines with different clocks agree;
 * - rows run in the order of their ordinals, one at a time for each execution;
 * - of all rows that are about the same target, in whatever executions, one is worked on at a time, until it ends;
 * - what is measured survives a clock that is set: a lease that seems to last longer than it was given for has ended.
 */
import type {
  Change,
  Execution,
  Leftover,
  PlanStep,
  ProbeResult,
  Residual,
  StepRun,
  WatchMode,
} from '@firebreak/contract';

type Direction = Execution['direction'];
type ExecutionState = Execution['state'];
type StepState = StepRun['state'];
export type Proof = NonNullable<Execution['proof']>;

/** One row of work. */
export interface NewStep {
  readonly id: string;
  /** 1-based and gapless: the order of work. */
  readonly ordinal: number;
  /** `null` for the last row of a containment, the proof. */
  readonly plan: PlanStep | null;
  readonly state: StepState;
  readonly approvalsNeeded: number;
  /** Id of the row that this one undoes. */
  readonly undoes: string | null;
  /** Id of the row that this one does again, because somebody reverted it. */
  readonly reasserts: string | null;
  /** How long it stands by itself, from its first attempt; null for as long as the execution does. */
  readonly leaseMs: number | null;
}

export interface NewExecution {
  readonly id: string;
  readonly incident: string;
  readonly planDigest: string;
  readonly direction: Direction;
  readonly state: ExecutionState;
  /** An undo that overwrites what others changed since. */
  readonly force: boolean;
  /** An undo that takes back what nobody else changed, and leaves the rest of an object as it is. */
  readonly merge: boolean;
  /** An undo of some steps, after which the others stand. */
  readonly partial: boolean;
  /** How long a containment stands by itself, from its first approval; null for ever. */
  readonly leaseMs: number | null;
  readonly watch: WatchMode;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly steps: readonly NewStep[];
}

export interface StepRow extends NewStep {
  readonly execution: string;
  readonly attempt: number;
  /** An attempt was begun and nobody has written down how it ended. */
  readonly intended: boolean;
  /** At some time an attempt's request left and no certain answer came. */
  readonly uncertain: boolean;
  /** Digest of the blob with the state before the first attempt that may have changed something: what undo goes back to. */
  readonly before: string | null;
  /** Digest of the blob with the state that we left. */
  readonly after: string | null;
  readonly approvals: StepRun['approvals'];
  readonly changes: readonly Change[];
  readonly probes: readonly ProbeResult[];
  readonly reason: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** How long ago the row was made, by the database's clock. */
  readonly ageMs: number;
  readonly expiry: Expiry | null;
  /** How the watch found it reverted; null while it is in effect. */
  readonly reverted: Reverted | null;
  /** On the last row of a stage: what was reachable then. */
  readonly residual: Residual | null;
  /** Of an undo: fields that others had changed. */
  readonly leftovers: readonly Leftover[];
}

export type Reverted = NonNullable<StepRun['reverted']>;

/** When something is undone by itself, by the database's clock. */
export interface Expiry {
  readonly at: string;
  /** Negative when it has come. */
  readonly inMs: number;
  readonly lengthMs: number;
  /** Whether people were told that it comes. */
  readonly told: boolean;
}

/** What the watch knows of an execution from one look to the next. */
export interface Watched {
  readonly looks: number;
  readonly lookedAt: string;
  readonly note: string | null;
  /** Looks in a row in which something could not be read: by row, and of the estate as a whole under its own name. */
  readonly unread: Readonly<Record<string, number>>;
  /** Rows that are not done again any more, because somebody keeps reverting them. */
  readonly gaveUp: readonly string[];
}

export interface ExecutionRow extends Omit<NewExecution, 'createdAt' | 'steps'> {
  readonly createdAt: string;
  /** Ordinal of the row that is next or under way; after the end, the one at which it ended. */
  readonly cursor: number;
  readonly proof: Proof | null;
  readonly expiry: Expiry | null;
  readonly watched: Watched | null;
  readonly steps: readonly StepRow[];
}

/** The right to work on one row until its lease ends. */
export interface Claim {
  readonly execution: Pick<
    ExecutionRow,
    'id' | 'incident' | 'planDigest' | 'direction' | 'force' | 'merge' | 'createdBy' | 'cursor'
  >;
  readonly step: StepRow;
  readonly fence: number;
  /** Encrypted probe material that an earlier attempt left. */
  readonly sealed: Uint8Array | null;
  /** No row of the execution comes after it. */
  readonly last: boolean;
  /** Stage of the next row; null when that is the proof, or there is none. */
  readonly nextStage: string | null;
}

/** Fields of the row that a write changes; an absent one stays as it is. */
export interface StepChange {
  readonly state?: StepState;
  readonly attempt?: number;
  readonly intended?: boolean;
  readonly uncertain?: boolean;
  readonly before?: string;
  readonly after?: string;
  readonly sealed?: Uint8Array | null;
  readonly changes?: readonly Change[];
  readonly probes?: readonly ProbeResult[];
  readonly reason?: string | null;
  readonly residual?: Residual;
  readonly leftovers?: readonly Leftover[];
  readonly startedAt?: Date;
  readonly endedAt?: Date;
}

/**
 * What becomes of the claim. `keep` renews the lease. `next` ends the row and hands the execution's next row, if it may
 * run, to the same worker. `release` gives the row back, not to be claimed before `afterMs`. `end` ends the row and the
 * execution with it.
 */
export type Move =
  | { readonly what: 'keep' }
  | { readonly what: 'next' }
  | { readonly what: 'release'; readonly afterMs: number }
  | { readonly what: 'end'; readonly state: ExecutionState; readonly proof?: Proof };

export interface Write {
  readonly claim: Claim;
  readonly change: StepChange;
  readonly move: Move;
}

export type WriteResult =
  | { readonly result: 'written'; readonly next: Claim | null }
  /** The row is another worker's now: drop everything. */
  | { readonly result: 'fenced' };

export interface Judgement {
  readonly state?: ExecutionState;
  readonly proof?: Proof;
  readonly steps: readonly { readonly id: string; readonly state: StepState; readonly reverted: Reverted | null }[];
  readonly watched: Watched;
}

/** @typeParam Tx the handle of an open transaction; the same as the ledger store's, so that both can be written in one. */
export interface ExecutionStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;

  /** Keeps blobs under their digests, before the ledger entries that name them; the ledger's own way takes them one by one. */
  putBlobs(tx: Tx, blobs: readonly { readonly sha256: string; readonly bytes: Uint8Array }[]): Promise<void>;
  /** Every execution of the incident, oldest first, locked until the transaction ends, together with the right to add one. */
  lockIncident(tx: Tx, incident: string): Promise<readonly ExecutionRow[]>;
  create(tx: Tx, execution: NewExecution): Promise<void>;
  /** Lets no further row of the execution run and ends it as `stopped`; a row under way is finished by its worker. */
  stop(tx: Tx, execution: string): Promise<void>;
  /** Lets no further row begin until `resume`; what was not running or waiting stays as it is. */
  pause(tx: Tx, execution: string): Promise<void>;
  resume(tx: Tx, execution: string): Promise<void>;
  /** Adds an approval to each row, once per person, and lets the execution run when the row at its cursor has enough. */
  approve(tx: Tx, approval: { execution: string; steps: readonly string[]; by: string; at: Date }): Promise<void>;
  /**
   * Applies writes; each is kept or fenced by itself. At most one for each row. Answers in the order of the writes.
   * Leases of kept and handed-on rows run `leaseMs` from now.
   */
  write(tx: Tx, worker: string, writes: readonly Write[], leaseMs: number): Promise<readonly WriteResult[]>;

  /** Puts rows behind the last one and lets the execution run from the first of them. */
  append(tx: Tx, execution: string, steps: readonly NewStep[]): Promise<void>;
  /** What a look of the watch found. Fields that are absent stay. */
  judge(tx: Tx, execution: string, found: Judgement): Promise<void>;
  /** Makes a look due. With a mode, what the watch had given up is tried again. */
  setWatch(tx: Tx, execution: string, mode: WatchMode | undefined): Promise<void>;
  /** Ends in so many milliseconds what expires, of the execution itself or of these rows; null: it does not expire any more. */
  setLease(
    tx: Tx,
    of: { readonly execution: string | null; readonly steps: readonly string[] },
    forMs: number | null,
  ): Promise<void>;
  /** Notes that people were told what will expire. */
  tellLease(tx: Tx, of: { readonly execution: string | null; readonly steps: readonly string[] }): Promise<void>;

  /** Executions to be looked at now, each handed out once in `everyMs`. */
  claimWatch(limit: number, everyMs: number): Promise<readonly { readonly id: string; readonly incident: string }[]>;
  /** Something changed: everything that is watched is due. */
  watchNow(): Promise<void>;
  /** Incidents of which something has expired, or will within its last fifth and `aheadMs`, and nobody was told. */
  expiring(aheadMs: number, limit: number): Promise<readonly string[]>;

  /** Every execution of the incident, oldest first. */
  all(incident: string): Promise<readonly ExecutionRow[]>;
  get(execution: string): Promise<ExecutionRow | null>;
  /** The newest execution of the incident. */
  latest(incident: string): Promise<ExecutionRow | null>;
  step(id: string): Promise<StepRow | null>;
  /** The rows that did this one again, oldest first. */
  reassertionsOf(id: string): Promise<readonly StepRow[]>;
  /**
   * Rows that may run now, at most `limit`, leased to this worker. Waits for nobody who works. An undo row may run when the
   * row that it undoes is not under way; claiming it takes the other one away from its former worker.
   */
  claim(worker: string, limit: number, leaseMs: number): Promise<readonly Claim[]>;
  /** Renews leases; the ids of the rows that are still this worker's. */
  renew(claims: readonly Pick<Claim, 'step' | 'fence'>[], leaseMs: number): Promise<ReadonlySet<string>>;
}
