import type { FactId, NodeId } from '@firebreak/contract';
import type { AwsDecision } from './evaluate.ts';

/** Something that the way is done to, and what that gains. */
export interface Target {
  /** ARNs by the name that steps use: `role`, `user`, `group`, `policy`, `thing`. Several are alternatives. */
  readonly arns: Readonly<Record<string, readonly string[]>>;
  readonly gains: readonly NodeId[];
  readonly facts: readonly FactId[];
  /** Condition keys of the steps on it. */
  readonly context?: Readonly<Record<string, string>>;
  /** What else must hold, already decided (a trust policy, a boundary). */
  readonly given?: readonly Pick<AwsDecision, 'decision' | 'keys'>[];
  /** What is presumed and not known. */
  readonly presumes?: string;
  /** A remark that belongs to this target alone. */
  readonly note?: string;
  /** Decides further what a step cannot say. */
  readonly also?: () => AwsDecision;
}
