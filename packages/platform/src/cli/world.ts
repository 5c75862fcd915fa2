/**
 * What the commands need from the rest of the system. `app/compose.ts` provides it, so that no command knows a connector,
 * a database or a server by name.
 */
import type { AnyAction, DeriveOptions, Estate, Gap, Plan, PlanCheck } from '@firebreak/contract';
import type { AttackGraph } from '../graph/attack-graph.ts';

export interface Source {
  /** As given, `kubernetes:./manifests`. */
  readonly spec: string;
  readonly estate: Estate;
  readonly gaps: readonly Gap[];
  readonly graph: (options?: DeriveOptions) => AttackGraph;
}

export type Progress = (sentence: string) => void;

export interface World {
  readonly version: string;
  readonly actions: readonly AnyAction[];
  /** Reads an estate from `<connector>:<spec>`; needs neither server nor database. */
  readonly open: (spec: string, signal: AbortSignal, progress: Progress) => Promise<Source>;
  readonly plan: (
    source: Source,
    request: { compromised: readonly string[]; protect: string; forbid: readonly string[] },
  ) => Promise<Plan>;
  /** The independent check, rehearsal on a copy of the estate included where the source allows one. */
  readonly check: (plan: Plan, source: Source, signal: AbortSignal) => Promise<PlanCheck>;
  /** The role that a connector's credential needs, ready to apply. */
  readonly permissions: (connector: string, actions: readonly string[]) => string;
}
