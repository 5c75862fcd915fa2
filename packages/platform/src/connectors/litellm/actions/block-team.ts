import { defineAction, litellmId } from '@firebreak/contract';
import { z } from 'zod';
import type { JsonDesk, JsonWrite } from '../../../exchange/json-desk.ts';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { at } from '../../../intake/foreign.ts';
import type { LitellmSession } from '../session.ts';
import { deskOf, proxyExchange, serverParam, wordParam } from './exchange/desk.ts';
import { impactOf, interruptKeys } from './impact/legitimate-use.ts';

const params = z.object({ server: serverParam, team: wordParam });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when there is no such team. */
  blocked: z.boolean().nullable(),
});
type Before = z.infer<typeof before>;

const id = ({ server, team }: Params) => litellmId('Team', server, team);
const set = (of: Params, path: '/team/block' | '/team/unblock'): JsonWrite => ({
  verb: 'patch',
  object: id(of),
  method: 'POST',
  path,
  body: { team_id: of.team },
});
async function read(desk: JsonDesk, { team }: Params): Promise<Before> {
  const answer = await desk.get(`/team/info?team_id=${encodeURIComponent(team)}`);
  return { blocked: answer === null ? null : at(answer, 'team_info', 'blocked') === true };
}

/** Makes every key of a team worthless until it is unblocked. */
export default defineAction<Params, Before, LitellmSession>({
  id: 'litellm.block-team',
  title: 'Block team',
  stage: 'credential',
  targetKinds: ['Team'],
  params,
  before,
  permissions: ['GET /team/info', 'POST /team/block', 'POST /team/unblock'],
  target: (of) => ({ kind: 'Team', id: id(of), name: of.team }),
  describe: (of) =>
    `Block team ${of.team} at the proxy ${of.server}: every key of it is refused, once the proxy asks its database about the key again (a minute).`,
  undoes: (of) => `The keys of team ${of.team} work again, but for those that are blocked themselves.`,
  drastic: () => true,
  // The proxy believes what it knows of a key for a minute; `user_api_key_cache_ttl` in its file says otherwise.
  takes: () => 60,
  impact: (of, estate) =>
    impactOf(
      'block-team',
      interruptKeys(estate, of.server, ({ team }) => team === of.team, 'Whatever calls models with it is refused.'),
    ),
  ...stateChange<Params, Before, LitellmSession, JsonDesk, JsonWrite>(
    proxyExchange((of) => `Team ${of.team}`),
    {
      read,
      isGone: ({ blocked }) => blocked === null,
      goneIsWanted: true,
      wanted: ({ blocked }) => blocked === true,
      forward: (_, of) => [set(of, '/team/block')],
      back: (now, of) =>
        now.blocked === null
          ? refused('FB-HTTP-NOT-FOUND', `Team ${of.team} was deleted since.`)
          : [set(of, '/team/unblock')],
    },
  ),
  probe: async (attempt, of) => {
    const { blocked } = await read(deskOf(attempt, of.server), of);
    const what = `The keys of team ${of.team} are refused by the proxy`;
    if (blocked === false) return [{ what, result: 'fails', evidence: 'The proxy says that the team is not blocked.' }];
    return [
      {
        what,
        result: 'cannot-tell',
        evidence: 'The proxy says that it is blocked; only holders of its keys could try one.',
      },
    ];
  },
});
