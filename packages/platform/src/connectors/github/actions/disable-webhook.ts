import { defineAction, githubAccountId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { field } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { basePath, type Desk, deskOf, inSource, through, type Write } from './exchange/desk.ts';
import { impactOf, one } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inSource.extend({ webhook: z.number().int().positive() });
type Params = z.infer<typeof params>;
const before = z.object({
  /** Null when there is no such webhook. */
  active: z.boolean().nullable(),
});
type Before = z.infer<typeof before>;

const id = (of: Params) => githubAccountId('Webhook', of.host, of.source, String(of.webhook));
// Without `config` in it the address and the secret stay as they are.
const set = (of: Params, active: boolean): Write => ({
  verb: 'patch',
  object: id(of),
  method: 'PATCH',
  path: `${basePath(of)}/hooks/${of.webhook}`,
  json: { active },
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const hooks = await desk.list(`${basePath(of)}/hooks`);
  const found = hooks.find((each) => field(each, 'id') === of.webhook);
  return { active: found === undefined ? null : field(found, 'active') === true };
}

/** GitHub tells it of nothing any more; its address and secret stay. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.disable-webhook',
  title: 'Disable webhook',
  stage: 'delivery',
  targetKinds: ['Webhook'],
  params,
  before,
  permissions: ['webhooks: write', 'organization_webhooks: write'],
  target: (of) => ({ kind: 'Webhook', id: id(of), name: `webhook ${of.webhook} of ${of.source}` }),
  describe: (of) => `Disable webhook ${of.webhook} of ${of.source}: what it calls hears nothing and starts nothing.`,
  undoes: (of) =>
    `Webhook ${of.webhook} of ${of.source} is active again; events that came meanwhile are not delivered.`,
  drastic: () => false,
  takes: () => 5,
  impact(of, estate) {
    const fact = estate.get('github.webhook', id(of));
    const name = fact?.data.target ?? `webhook ${of.webhook}`;
    const events = fact === undefined ? '' : ` (${fact.data.events.slice(0, 5).join(', ')})`;
    const what = `It hears of no event${events} and starts nothing.`;
    return impactOf('disable-webhook', one({ kind: 'Webhook', id: id(of), name }, what, weights.internal));
  },
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `Webhook ${of.webhook} of ${of.source}`),
    {
      read,
      isGone: ({ active }) => active === null,
      goneIsWanted: true,
      wanted: ({ active }) => active === false,
      forward: (_, of) => [set(of, false)],
      back: (now, of) =>
        now.active === null ? refused('FB-UNDO-CHANGED', `Webhook ${of.webhook} was deleted since.`) : [set(of, true)],
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const { active } = await read(await deskOf(attempt, of), of);
    return [
      {
        what: `Webhook ${of.webhook} of ${of.source} delivers nothing`,
        result: active === true ? 'fails' : 'holds',
        evidence: `GitHub shows it as ${active === null ? 'gone' : active ? 'active' : 'not active'}.`,
      },
    ];
  },
});
