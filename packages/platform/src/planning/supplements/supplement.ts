/**
 * Steps that a plan needs although they cut no edge: evidence before anything can destroy it, the credentials that the
 * attacker holds already, the channels that would put the payload back. One file each; `supplements` lists them.
 */
import type { Lever, NodeId, PlanStep } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';

/** Whose use of a model is unusual, from 0 (as ever) to 1 (as an attacker's), and why. */
export interface Suspect {
  readonly node: NodeId;
  readonly score: number;
  readonly why: string;
}

export interface SupplementContext {
  readonly graph: AttackGraph;
  /** Node numbers of the compromised set. */
  readonly compromised: readonly number[];
  /** Ids of what the steps chosen so far change. */
  readonly targets: readonly NodeId[];
  /** Clients of models that are to be slowed down; nobody when absent. */
  readonly suspects?: readonly Suspect[];
  /** Whether some action at hand has this id. */
  readonly has: (action: string) => boolean;
}

export interface Supplement {
  readonly reason: Exclude<PlanStep['reason'], 'cut'>;
  readonly propose: (context: SupplementContext) => readonly { readonly lever: Lever; readonly why: string }[];
}
