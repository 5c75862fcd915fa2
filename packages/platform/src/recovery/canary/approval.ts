/**
 * The right to move a canary's traffic. It is asked of the same policies as a step of a plan, about the same step (the lever, at all of
 * the traffic), and kept as the same capability. What must stay true:
 *
 * - What is approved is the description, by its digest: lever, stages, metrics, judge. Whoever changes any of it, in the database too,
 *   moves nothing.
 * - It counts for an hour. After that nothing begins; what has begun goes to its end, which the description holds as well.
 * - Whoever starts it and may approve it has thereby approved it: a description is not made by a machine, its author has read it.
 */
import { type CanaryConfig, FirebreakError, type PlanStep } from '@firebreak/contract';
import { admission, type BoundTo, type Capability, type CapabilityKey } from '../../execution/approval/capability.ts';
import type { ApprovalPolicy, ApprovalQuestion, Approver } from '../../execution/approval/policy.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import type { Clock } from '../../kernel/clock.ts';
import { sha256Hex } from '../../kernel/digest.ts';

const countsForMs = 60 * 60_000;

export interface CanaryApproval {
  /** SHA-256 (hex) of the canonical JSON of the description. */
  readonly digest: string;
  readonly step: PlanStep;
  readonly given: readonly {
    readonly by: string;
    readonly at: string;
    /** What it rests on: the policies that permit it, and the digest of the text that they stand in. */
    readonly policy: { readonly digest: string; readonly decisions: readonly string[] };
  }[];
  /** Once enough people have given theirs. */
  readonly capability: Capability | null;
}

/** What is known of a canary where its approval is looked at. */
interface Approvable {
  readonly id: string;
  readonly incident: string | null;
  readonly config: CanaryConfig;
}

export interface CanaryApprovals {
  /** What is to be approved; null where somebody else moves the traffic. @throws FirebreakError FB-USAGE */
  wanted(config: CanaryConfig): Promise<CanaryApproval | null>;
  /** @throws FirebreakError FB-APPROVAL-REFUSED, FB-APPROVAL-SECOND-PERSON */
  give(canary: Approvable, approval: CanaryApproval, by: Approver): Promise<CanaryApproval>;
  /** Whether the traffic may be moved now. @param begun it was moved before */
  admit(canary: Approvable, approval: CanaryApproval | null, begun: boolean): ReturnType<typeof admission>;
}

interface ApprovalParts {
  /** Asked for when somebody wants to approve, not before. */
  readonly policy: () => Promise<ApprovalPolicy>;
  readonly key: CapabilityKey;
  readonly clock: Clock;
  /** The lever at all of the traffic, as a plan would have it; undefined where somebody else moves it. */
  readonly stepOf: (config: CanaryConfig) => Promise<PlanStep | undefined>;
  readonly asset: (id: PlanStep['target']['id']) => Promise<ApprovalQuestion['target']>;
}

export function createCanaryApprovals({ policy, key, clock, stepOf, asset }: ApprovalParts): CanaryApprovals {
  const boundTo = ({ id, incident, config }: Approvable): BoundTo => ({
    incident: incident ?? '',
    execution: id,
    planDigest: digestOf(config),
    row: id,
  });
  return {
    async wanted(config) {
      const step = await stepOf(config);
      return step === undefined ? null : { digest: digestOf(config), step, given: [], capability: null };
    },

    async give(canary, approval, by) {
      const now = clock.now();
      const standing = approval.given.filter(({ at }) => Date.parse(at) + countsForMs > now.getTime());
      if (standing.some((one) => one.by.toLowerCase() === by.name.toLowerCase()))
        throw new FirebreakError('FB-APPROVAL-SECOND-PERSON', `${by.name} has approved it already.`);
      const { step } = approval;
      const rules = await policy();
      const { allowed, policies, why } = rules.decide({
        by,
        incident: canary.incident ?? '',
        phase: 'waiting-approval',
        step,
        approvedBy: standing.map((one) => one.by),
        evidencePlanned: false,
        evidenceTaken: false,
        target: await asset(step.target.id),
      });
      if (!allowed)
        throw new FirebreakError('FB-APPROVAL-REFUSED', `${by.name} may not approve canary ${canary.id}: ${why}`);
      const given = [
        ...standing,
        { by: by.name, at: now.toISOString(), policy: { digest: rules.digest, decisions: policies } },
      ];
      if (given.length < step.approvals) return { ...approval, given, capability: null };
      const ends = Math.min(...given.map(({ at }) => Date.parse(at))) + countsForMs;
      return { ...approval, given, capability: key.mint(boundTo(canary), step, new Date(ends)) };
    },

    admit: (canary, approval, begun) =>
      approval === null && canary.config.traffic.by === 'hand'
        ? { is: 'admitted' }
        : admission(key, {
            to: boundTo(canary),
            step: approval?.step ?? ({} as PlanStep),
            attempt: begun ? 1 : 0,
            capability: approval?.capability ?? null,
            used: begun,
            now: clock.now(),
          }),
  };
}

function digestOf(config: CanaryConfig): string {
  return sha256Hex(canonicalJson(config));
}
