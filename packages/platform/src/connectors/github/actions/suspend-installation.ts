import { defineAction, githubAccountId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { stateChange } from '../../../exchange/state-change.ts';
import { field, textAt } from '../../../intake/foreign.ts';
import type { GithubSession } from '../session.ts';
import { type Desk, deskOf, inSource, through, type Write } from './exchange/desk.ts';
import { impactOf, one } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inSource.extend({
  app: z.string().regex(/^[\w.-]{1,100}$/, 'not the name of an app'),
  /** Of the app, not of its installation: whose key is needed. */
  appId: z.number().int().positive(),
  installation: z.number().int().positive(),
});
type Params = z.infer<typeof params>;
const before = z.object({ suspended: z.boolean() });
type Before = z.infer<typeof before>;

const id = (of: Params) => githubAccountId('Installation', of.host, of.source, of.app);
const address = (of: Params) => `/app/installations/${of.installation}`;
const write = (of: Params, method: 'PUT' | 'DELETE'): Write => ({
  verb: 'patch',
  object: id(of),
  method,
  path: `${address(of)}/suspended`,
  as: 'app',
});
async function read(desk: Desk, of: Params): Promise<Before> {
  const told = await desk.get(address(of), 'app');
  return { suspended: typeof field(told, 'suspended_at') === 'string' };
}

/**
 * All tokens of an app in one account are refused. GitHub lets only the app itself do this by its API, so it is a lever for apps of
 * one's own, whose key we have; an app of somebody else is suspended by an owner of the account, in the browser.
 */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.suspend-installation',
  title: 'Suspend app installation',
  stage: 'access',
  targetKinds: ['Installation'],
  params,
  before,
  permissions: ['the private key of the app (GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY_FILE)'],
  target: (of) => ({ kind: 'Installation', id: id(of), name: `${of.app} on ${of.source}` }),
  describe: (of) => `Suspend app ${of.app} on ${of.source}: all its tokens there are refused.`,
  undoes: (of) => `App ${of.app} on ${of.source} works again with the same permissions and repositories.`,
  drastic: () => false,
  takes: () => 5,
  impact(of, estate) {
    const fact = estate.get('github.installation', id(of));
    const rights = Object.entries(fact?.data.permissions ?? {}).map(([name, access]) => `${name}: ${access}`);
    const what = `Nothing that it does goes on${rights.length === 0 ? '' : ` (${rights.slice(0, 5).join(', ')})`}.`;
    const weight = fact?.data.repository_selection === 'all' ? weights.delivery : weights.internal;
    return impactOf('suspend-installation', one({ kind: 'Installation', id: id(of), name: of.app }, what, weight));
  },
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `App ${of.app} on ${of.source}`),
    {
      read,
      isGone: () => false,
      wanted: ({ suspended }) => suspended,
      forward: (_, of) => [write(of, 'PUT')],
      back: (_, of) => [write(of, 'DELETE')],
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const { suspended } = await read(desk, of);
    // What whoever stole the app's key does first. A token that comes back is thrown away unread and may do one thing.
    const command = {
      method: 'POST',
      path: `${address(of)}/access_tokens`,
      json: { permissions: { metadata: 'read' } },
    } as const;
    const reply = await desk.control.send(command, desk.signal, 'app');
    const what = `App ${of.app} gets no token for ${of.source}`;
    const evidence = `Asking for one got ${reply.status === undefined ? reply.ok || reply.reason : `status ${reply.status}`}; GitHub shows it as ${suspended ? 'suspended' : 'active'}.`;
    if (reply.ok) {
      await forget(desk, reply.body);
      return [{ what, result: 'fails', evidence }];
    }
    return [{ what, result: suspended && reply.failure === 'forbidden' ? 'holds' : 'cannot-tell', evidence }];
  },
});

/** A token that we did not want: it ends now and not in an hour. */
async function forget({ control, signal }: Desk, body: Buffer): Promise<void> {
  const token = textAt(JSON.parse(body.toString('utf8')), 'token');
  if (token === undefined) return;
  await control.send(
    { method: 'DELETE', path: '/installation/token', headers: { authorization: `Bearer ${token}` } },
    signal,
  );
}
