import { type Completeness, catalogue, type Gap } from '@firebreak/contract';

/** What an answer says of itself when it was cut short: limited, for this reason beside those that it had. */
export function cutShort(completeness: Completeness, where: string, reason: string): Completeness {
  const gap: Gap = {
    kinds: [],
    where,
    code: 'FB-ANSWER-BOUNDED',
    reason,
    next: catalogue['FB-ANSWER-BOUNDED'].next,
  };
  return { answer: 'limited', reasons: completeness.answer === 'limited' ? [...completeness.reasons, gap] : [gap] };
}
