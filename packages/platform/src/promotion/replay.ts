/** Makes a decision again from its record: with the policies and findings that it stood on then, or with the policies of today. */
import type { PromotionDecision, PromotionRecord } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { decidePromotion } from './decide.ts';
import { type PromotionPolicy, promotionPolicy } from './policy.ts';

export interface Replay {
  /** Whether the same came out, to the letter. Always false when other policies were given and decide otherwise. */
  readonly same: boolean;
  readonly before: PromotionDecision;
  readonly now: PromotionDecision;
  /** What differs, in sentences. */
  readonly differences: readonly string[];
}

/** @param policy instead of the record's own. @throws FirebreakError FB-POLICY-INVALID */
export async function replay(record: PromotionRecord, policy?: PromotionPolicy): Promise<Replay> {
  const { decision: before, findings, policies } = record;
  const now = decidePromotion(before.request, findings, policy ?? (await promotionPolicy(policies)));
  const differences = [
    ...(now.findingsDigest === before.findingsDigest ? [] : ['The findings are not those that were decided on.']),
    ...(now.policyDigest === before.policyDigest ? [] : ['The policies or their schema are others.']),
    ...(now.decision === before.decision ? [] : [`It was ${before.decision}, and is ${now.decision} now.`]),
    ...now.requirements.flatMap(({ id, state }) => {
      const was = before.requirements.find((one) => one.id === id)?.state ?? 'not asked';
      return was === state ? [] : [`${id} was ${was}, and is ${state} now.`];
    }),
  ];
  return { same: canonicalJson(now) === canonicalJson(before), before, now, differences };
}
