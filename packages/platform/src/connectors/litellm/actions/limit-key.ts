import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import type { LitellmSession } from '../session.ts';
import { deskOf, proxyExchange, serverParam, tokenParam } from './exchange/desk.ts';
import { type LimitsBefore, limitChange, limitsBefore } from './exchange/key-limits.ts';
import { impactOf, interruptKey } from './impact/legitimate-use.ts';

const count = z.number().int().nonnegative();
const params = z
  .object({
    server: serverParam,
    token: tokenParam,
    requestsPerMinute: count.optional(),
    tokensPerMinute: count.optional(),
    /** Dollars, of all that the key has spent in its period; 0 stops it. */
    budget: z.number().nonnegative().finite().optional(),
  })
  .refine(
    (of) => of.requestsPerMinute !== undefined || of.tokensPerMinute !== undefined || of.budget !== undefined,
    'no limit is named',
  );
type Params = z.infer<typeof params>;

const short = ({ token }: Params) => `key ${token.slice(0, 12)}…`;
const change = limitChange<Params>((of) => ({
  ...(of.requestsPerMinute === undefined ? {} : { rpm_limit: of.requestsPerMinute }),
  ...(of.tokensPerMinute === undefined ? {} : { tpm_limit: of.tokensPerMinute }),
  ...(of.budget === undefined ? {} : { max_budget: of.budget }),
}));

function inWords({ requestsPerMinute, tokensPerMinute, budget }: Params): string {
  return [
    ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} requests a minute`]),
    ...(tokensPerMinute === undefined ? [] : [`${tokensPerMinute} tokens a minute`]),
    ...(budget === undefined ? [] : [`${budget} dollars`]),
  ].join(', ');
}

/** Holds a virtual key to less than it had. It slows an attacker down and does not stop one: no step of the graph is severed by it. */
export default defineAction<Params, LimitsBefore, LitellmSession>({
  id: 'litellm.limit-key',
  title: 'Limit virtual key',
  stage: 'access',
  targetKinds: ['Key'],
  params,
  before: limitsBefore,
  permissions: ['GET /key/info', 'POST /key/update'],
  target: (of) => ({ kind: 'Key', id: litellmId('Key', of.server, of.token), name: short(of) }),
  describe: (of) => `Hold ${short(of)} of the proxy ${of.server} to ${inWords(of)}.`,
  undoes: (of) => `The ${short(of)} has the limits that it had.`,
  drastic: () => false,
  takes: () => 2,
  impact: (of, estate) => impactOf('limit-key', interruptKey(estate, of, `Beyond ${inWords(of)} it is refused.`, 0.5)),
  ...stateChange(
    proxyExchange<Params>((of) => `The ${short(of)}`),
    change,
  ),
  probe: async (attempt, of, { record }) => {
    const now = await change.read(deskOf(attempt, of.server), of);
    const holds = now.limits === null || change.wanted(now, of, record);
    return [
      {
        what: `The proxy holds ${short(of)} to ${inWords(of)}`,
        result: holds ? 'holds' : 'fails',
        evidence: `It has ${JSON.stringify(now.limits)}.`,
      },
    ];
  },
});
