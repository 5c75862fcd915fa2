/** What the end of a changing request means for a step. What may have taken effect is `unknown`, and is read again. */
import type { Outcome } from '@firebreak/contract';
import { refused } from '../../../exchange/outcome.ts';
import type { NoAnswer, OneAnswer } from '../../../intake/send-once.ts';

export function outcomeOf(answer: OneAnswer | NoAnswer, what: string): Outcome {
  if (!answer.ok) {
    const reason = `${what}: ${answer.reason}`;
    return answer.sent
      ? { outcome: 'unknown', reason }
      : { outcome: 'refused', code: 'FB-HTTP-UNREACHABLE', reason, retryable: true };
  }
  const { status } = answer;
  const reason = `${what}: status ${status}.`;
  if (status >= 200 && status < 300) return { outcome: 'done' };
  if (status === 401) return refused('FB-HTTP-UNAUTHORIZED', reason);
  if (status === 403) return refused('FB-HTTP-FORBIDDEN', reason);
  if (status === 404 || status === 410) return refused('FB-HTTP-NOT-FOUND', reason);
  if (status === 409 || status === 412) return refused('FB-STEP-CHANGED', reason, true);
  if (status === 429) return refused('FB-HTTP-THROTTLED', reason, true);
  if (status >= 500) return { outcome: 'unknown', reason };
  return refused('FB-STEP-REFUSED', reason);
}
