import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { at } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { tryKey } from './exchange/attack.ts';
import { deskOf, proxyExchange, serverParam, tokenParam } from './exchange/desk.ts';
import { impactOf, interruptKey } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, token: tokenParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when there is no such key. */
  blocked: z.boolean().nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ server, token }: Params) => litellmId('Key', server, token);
const short = ({ token }: Params) => `key ${token.slice(0, 12)}…`;
const set = (of: Params, path: '/key/block' | '/key/unblock'): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path,
  body: { key: of.token },
});

/** Makes a virtual key worthless until it is unblocked. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.block-key',
  title: 'Block virtual key',
  stage: 'credential',
  targetKinds: ['Key'],
  params,
  before,
  permissions: ['GET /key/info', 'POST /key/block', 'POST /key/unblock'],
  target: (of) => ({ kind: 'Key', id: id(of), name: short(of) }),
  describe: (of) => `Block ${short(of)} at the proxy ${of.server}: every request with it is refused.`,
  undoes: (of) => `The ${short(of)} works again, with the same secret, models and budget.`,
  drastic: () => false,
  takes: () => 2,
  impact: (of, estate) => impactOf('block-key', interruptKey(estate, of, 'Whatever calls models with it is refused.')),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `The ${short(of)}`),
    {
      async read(desk, { token }) {
        const answer = await desk.get(`/key/info?key=${token}`);
        return { blocked: answer === null ? null : at(answer, 'info', 'blocked') === true };
      },
      isGone: ({ blocked }) => blocked === null,
      goneIsWanted: true,
      wanted: ({ blocked }) => blocked === true,
      forward: (_, of) => [set(of, '/key/block')],
      back: (now, of) =>
        now.blocked === null
          ? refused('FB-HTTP-NOT-FOUND', `The ${short(of)} was deleted since; a deleted key cannot be had again.`)
          : [set(of, '/key/unblock')],
    },
  ),
  probe: async (attempt, of) => [
    await tryKey(deskOf(attempt, of.server), of.token, `The ${short(of)} is refused by the proxy`),
  ],
});
