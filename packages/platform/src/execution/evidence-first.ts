/**
 * The port by which a step that destroys has its target taken as evidence first (decision 0009). Without it, the before-state in the
 * ledger is what there is.
 */
import type { AnyAction, Change, NodeRef } from '@firebreak/contract';
import { FirebreakError } from '@firebreak/contract';

export interface DestructiveStep {
  readonly incident: string;
  readonly execution: string;
  readonly step: string;
  readonly action: string;
  readonly target: NodeRef;
  /** Ids of what it deletes, besides the target. */
  readonly objects: readonly string[];
  readonly by: string;
}

export type TakenFirst =
  | {
      readonly result: 'taken';
      readonly snapshots: readonly { readonly id: string; readonly subject: string; readonly state: string }[];
    }
  /** Nothing here takes such a target; null where nobody asks for it, and then nothing is said of it either. */
  | { readonly result: 'none'; readonly because: string | null }
  /** It was tried, and the step may go on all the same. */
  | { readonly result: 'failed'; readonly because: string };

export interface EvidenceFirst {
  /**
   * Takes what the step is about to destroy; asked again for the same step it goes on where it was.
   *
   * @throws FirebreakError FB-EVIDENCE-FIRST when it could not be taken and the step must not go on
   */
  take(step: DestructiveStep, signal: AbortSignal): Promise<TakenFirst>;
}

/** Whether what the step sends cannot be taken back by it, or removes something. */
export function destroys(action: AnyAction, changes: readonly Change[]): boolean {
  if (changes.length === 0) return false;
  return action.reversal.kind === 'none' || changes.some(({ verb }) => verb === 'delete' || verb === 'recreate');
}

/** For installations without a vault. */
export const nothingFirst: EvidenceFirst = {
  take: async () => ({ result: 'none', because: null }),
};

/** Trouble of the vault as the reason why a step waits. */
export function notTakenFirst(why: string, cause: unknown): FirebreakError {
  return new FirebreakError('FB-EVIDENCE-FIRST', why, { cause });
}
