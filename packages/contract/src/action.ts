import type { ZodType } from 'zod';
import type { RollbackWish } from './answers/recovery-choice.ts';
import type { Estate } from './facts.ts';
import type { NodeRef } from './node.ts';

/**
 * The order in which containment happens, as data. Evidence before anything can destroy it; what delivers payloads before
 * what runs them, or the next sync puts the payload back; eviction last.
 */
export const stages = ['evidence', 'delivery', 'access', 'credential', 'network', 'eviction', 'placement'] as const;
export type Stage = (typeof stages)[number];

/** One legitimate use that a step interrupts. */
export interface Interruption {
  readonly who: NodeRef;
  /** One plain sentence. */
  readonly what: string;
  /** Cost points of this interruption. */
  readonly weight: number;
}

export interface Impact {
  /** Cost of the step: fixed part plus the weights of the interruptions. Positive. */
  readonly cost: number;
  readonly interrupts: readonly Interruption[];
  /** Pods that must be restarted for the step to take full effect or for legitimate use to go on. */
  readonly restarts?: readonly NodeRef[];
}

/** One exact change to one object, for dry-run and for the ledger. */
export interface Change {
  readonly verb: 'create' | 'patch' | 'delete' | 'recreate';
  /** Stable reference, the node or fact id. */
  readonly object: string;
  /** Method and path as they will be sent. */
  readonly request: string;
  /** The exact body (patch or object), absent for deletes. */
  readonly body?: unknown;
}

/**
 * How an attempt ended. `refused` means that nothing of it happened. `unknown` means that a request left and no answer came,
 * or that some of several requests were carried out: the runner reads again and decides by `inEffect`, it never repeats
 * blindly. Surprises (bugs) throw.
 */
export type Outcome =
  | { readonly outcome: 'done' }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string; readonly retryable: boolean }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** What trying the real thing showed. `cannot-tell` is honest and never counts as contained. */
export interface ProbeResult {
  readonly what: string;
  readonly result: 'holds' | 'fails' | 'cannot-tell';
  /** What was tried and what came back, without secrets. */
  readonly evidence: string;
}

/** A document that a step hands to the evidence store. */
export interface EvidenceItem {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * What an action reads before it changes anything. `record` goes to the ledger and is all that undo has to work from.
 * `sealed` is probe material such as a captured token: the runner keeps it encrypted, out of ledger and logs, and drops it
 * after the probe. `evidence` items become blobs.
 */
export interface BeforeState<B> {
  readonly record: B;
  readonly sealed?: string;
  readonly evidence?: readonly EvidenceItem[];
}

/**
 * What the attempt may use. `signal` ends it at the lease or at shutdown; `key` is the idempotency key of the step.
 */
export interface Attempt<S> {
  readonly session: S;
  readonly signal: AbortSignal;
  readonly key: string;
  /** For `restore`: what others have set since is overwritten, where the target allows it. People ask for that explicitly. */
  readonly force?: boolean;
}

/**
 * A reversible lever. Do and undo sit in one literal; no undo says why. Nothing here decides about approval, order or
 * retries: that is the runner's business.
 *
 * @typeParam P parameters (plain JSON), @typeParam B before-state (plain JSON), @typeParam S the connector's session.
 */
export interface Action<P = unknown, B = unknown, S = unknown> {
  /** `kubernetes.strip-subject`: connector id, dot, file name. */
  readonly id: string;
  readonly title: string;
  readonly stage: Stage;
  readonly targetKinds: readonly string[];
  readonly params: ZodType<P>;
  readonly before: ZodType<B>;
  /** What our own credential needs, in the connector's own terms (printed as a role by `firebreak permissions`). */
  readonly permissions: readonly string[];
  /** The node that a step with these parameters is about. */
  readonly target: (params: P) => NodeRef;
  /** One sentence in the imperative: "Remove ServiceAccount x from RoleBinding y". */
  readonly describe: (params: P) => string;
  /** One sentence on how it is undone. */
  readonly undoes: (params: P) => string;
  /** Needs a second person: customers are hit, or undo cannot bring everything back. */
  readonly drastic: (params: P, estate: Estate) => boolean;
  readonly impact: (params: P, estate: Estate) => Impact;
  /** Ids of D3FEND techniques (`D3-CR`) that it is, where its stage does not tell; for the events that others read. */
  readonly countermeasures?: readonly string[];
  /**
   * Of a lever that puts one version in the place of another: with which parameters it does so, wherever the estate delivers the one that
   * is wished away. Recovery pulls such levers, and leaves them pulled when access returns. Pure.
   */
  readonly rollsBack?: (wish: RollbackWish, estate: Estate) => readonly P[];
  /** Typical seconds from the first request until it holds; the stage's own when absent. */
  readonly takes?: (params: P, estate: Estate) => number;
  /** Reads the present state; called before apply, and again for read-back and after an unknown outcome. */
  readonly read: (attempt: Attempt<S>, params: P) => Promise<BeforeState<B>>;
  /** The exact requests that apply would send, from the before-state alone. Pure. */
  readonly preview: (params: P, before: B) => readonly Change[];
  /** Sends what `preview` shows, with preconditions from `before`. Idempotent. */
  readonly apply: (attempt: Attempt<S>, params: P, before: B) => Promise<Outcome>;
  /** Whether the wanted state holds, judged from a fresh read alone. Pure. */
  readonly inEffect: (now: B, params: P, before: B) => boolean;
  /**
   * Whether an `apply` that was cut off between two of its requests may have left this state; `apply` with the same
   * before-state then goes on from there, and `restore` goes back. Absent where apply is a single request. Pure.
   */
  readonly isHalfway?: (now: B, params: P, before: B) => boolean;
  /** Tries the real thing. Empty for actions that change nothing. */
  readonly probe: (attempt: Attempt<S>, params: P, before: BeforeState<B>) => Promise<readonly ProbeResult[]>;
  readonly reversal:
    | {
        readonly kind: 'restore';
        readonly restore: (attempt: Attempt<S>, params: P, before: B) => Promise<Outcome>;
        /** Whether the before-state is back, except for fields that the server owns. Pure. */
        readonly restored: (now: B, params: P, before: B) => boolean;
      }
    | { readonly kind: 'none'; readonly because: string };
}

/** Keeps the parameter types of an action literal while handing it on as the common shape. */
// biome-ignore lint/suspicious/noExplicitAny: a list of actions has no common parameter type
export type AnyAction<S = any> = Action<any, any, S>;
export function defineAction<P, B, S>(action: Action<P, B, S>): Action<P, B, S> {
  return action;
}
