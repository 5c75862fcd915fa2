import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import type { LitellmSession } from '../session.ts';
import { deskOf, proxyExchange, serverParam, tokenParam } from './exchange/desk.ts';
import { type KeyLimits, type LimitsBefore, limitChange, limitsBefore } from './exchange/key-limits.ts';
import { impactOf, interruptKey } from './impact/legitimate-use.ts';

const params = z.object({
  server: serverParam,
  token: tokenParam,
  /** How unusual the use of the key is, from 0 (as ever) to 1 (certainly not its owner). */
  score: z.number().min(0).max(1),
  /** What a key without limits counts as having. */
  usual: z
    .object({ requestsPerMinute: z.number().int().positive(), tokensPerMinute: z.number().int().positive() })
    .default({ requestsPerMinute: 60, tokensPerMinute: 60_000 }),
});
type Params = z.infer<typeof params>;

const short = ({ token }: Params) => `key ${token.slice(0, 12)}…`;

/**
 * What is left of a limit at a score: its share falls with the square of what speaks for the owner, so that little suspicion costs
 * little (0.1 leaves four fifths), much of it leaves a trickle that still shows what the attacker wants (0.9 leaves a hundredth), and
 * certainty leaves nothing. Below certainty at least one request gets through.
 */
export function throttled(limit: number, score: number): number {
  if (score >= 1) return 0;
  return Math.max(1, Math.floor(limit * (1 - score) ** 2));
}

export function throttledLimits({ score, usual }: Pick<Params, 'score' | 'usual'>, was: KeyLimits): Partial<KeyLimits> {
  return {
    rpm_limit: throttled(was.rpm_limit ?? usual.requestsPerMinute, score),
    tpm_limit: throttled(was.tpm_limit ?? usual.tokensPerMinute, score),
  };
}

const change = limitChange<Params>(throttledLimits);

/** Slows a virtual key down as far as its use is unusual. A later score is a step of its own. No step of the graph is severed by it. */
export default defineAction<Params, LimitsBefore, LitellmSession>({
  id: 'litellm.throttle-key',
  title: 'Throttle virtual key by anomaly score',
  stage: 'access',
  targetKinds: ['Key'],
  params: params as unknown as z.ZodType<Params>,
  before: limitsBefore,
  permissions: ['GET /key/info', 'POST /key/update'],
  target: (of) => ({ kind: 'Key', id: litellmId('Key', of.server, of.token), name: short(of) }),
  describe: (of) =>
    `Slow ${short(of)} of the proxy ${of.server} down to what an anomaly score of ${of.score} leaves it.`,
  undoes: (of) => `The ${short(of)} has the limits that it had.`,
  drastic: () => false,
  takes: () => 2,
  impact: (of, estate) =>
    impactOf('throttle-key', interruptKey(estate, of, `It is slowed down (anomaly score ${of.score}).`, of.score / 2)),
  ...stateChange(
    proxyExchange<Params>((of) => `The ${short(of)}`),
    change,
  ),
  probe: async (attempt, of, { record }) => {
    const now = await change.read(deskOf(attempt, of.server), of);
    const holds = now.limits === null || change.wanted(now, of, record);
    return [
      {
        what: `The proxy holds ${short(of)} to what a score of ${of.score} leaves it`,
        result: holds ? 'holds' : 'fails',
        evidence: `It has ${JSON.stringify(now.limits)}.`,
      },
    ];
  },
});
