import type { ZodType } from 'zod';
import type { AnyAction } from './action.ts';
import type { Gap } from './answer.ts';
import type { AnyFact, FactId, FactKind } from './facts.ts';

/** What a collector yields: facts and gaps in any order. Provenance is inside the fact. */
export type Collected = { readonly fact: AnyFact } | { readonly gap: Gap };

/** What changed since the batch before; the first batch brings everything. */
export interface FactChanges {
  readonly facts: readonly AnyFact[];
  readonly gone: readonly { readonly kind: FactKind; readonly id: FactId }[];
  /** All gaps that hold now, not only new ones. */
  readonly gaps: readonly Gap[];
}

/** An action that the credential of a session may not carry out. */
export interface MissingRight {
  readonly action: string;
  /** What it lacks, in the words of `Action.permissions`, at least one. */
  readonly rights: readonly string[];
  /** Whether the right is there after all for these parameters (in one namespace, say). Without it, it is lacking for all. */
  readonly except?: (params: unknown) => boolean;
}

/**
 * A connector is a plain value, the default export of its folder's index. Importing it does nothing.
 *
 * @typeParam C configuration, @typeParam S the open session that collectors and actions share.
 */
export interface Connector<C = unknown, S = unknown> {
  readonly id: string;
  readonly title: string;
  readonly config: ZodType<C>;
  /** The exact role that the connector needs, ready to apply (YAML, policy JSON, …), for reading and for each action. */
  readonly permissions: (actions: readonly string[]) => string;
  /** `spec` is what follows `<id>:` on the command line, for example a path or `-`. */
  readonly parse: (spec: string) => C;
  readonly connect: (config: C, signal: AbortSignal) => Promise<S>;
  readonly close: (session: S) => Promise<void>;
  readonly collect: (session: S, signal: AbortSignal) => AsyncIterable<Collected>;
  /** Keeps the facts current after collecting, until the signal ends it; absent for sources that do not change by themselves. */
  readonly watch?: (session: S, signal: AbortSignal) => AsyncIterable<FactChanges>;
  /** Where a session leads, for people and reports. Never a credential. */
  readonly address?: (session: S) => string;
  /** Whether actions can work on this session; files can only be read. Absent where every session can be acted on. */
  readonly canAct?: (session: S) => boolean;
  /** Where several sessions of this connector are open: whether this one is what an action's parameters name (an account, a cluster). */
  readonly answersFor?: (session: S, params: unknown) => boolean;
  /**
   * Actions that the session's own credential may not carry out, as far as the system tells; what it does not tell is not in it. Cheap
   * enough to be asked for every plan.
   */
  readonly lacks?: (session: S, signal: AbortSignal) => Promise<readonly MissingRight[]>;
  readonly actions: readonly AnyAction<S>[];
}
// biome-ignore lint/suspicious/noExplicitAny: a list of connectors has no common session type
export type AnyConnector = Connector<any, any>;
