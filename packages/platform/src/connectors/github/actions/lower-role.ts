import { defineAction, githubId, type ProbeResult } from '@firebreak/contract';
import { z } from 'zod';
import { refused } from '../../../exchange/outcome.ts';
import { stateChange } from '../../../exchange/state-change.ts';
import { at, field, textAt } from '../../../intake/foreign.ts';
import { loginOf } from '../api/control.ts';
import type { GithubSession } from '../session.ts';
import { basePath, type Desk, deskOf, inRepository, repositoryName, through, type Write } from './exchange/desk.ts';
import { impactOf, one, writer } from './impact/legitimate-use.ts';
import { weights } from './impact/price.ts';

const params = inRepository.extend({
  kind: z.enum(['user', 'team']),
  /** Login, or the team's slug. */
  name: z.string().regex(/^(?!\.{1,2}$)[\w.[\]-]{1,100}$/, 'not a login or slug'),
});
type Params = z.infer<typeof params>;
const before = z.object({
  /** As a PUT takes it: `pull`, `triage`, `push`, `maintain`, `admin`, or the name of a custom role. Null: not there. */
  role: z.string().nullable(),
  /** Whose repository: people's own know one role only. */
  ownerType: z.string(),
});
type Before = z.infer<typeof before>;

/** People's roles have the new words, requests take the old. */
const taken: Readonly<Record<string, string>> = { read: 'pull', write: 'push' };
const object = (of: Params) => githubId('Access', repositoryName(of), of.kind, of.name.toLowerCase());
const set = (of: Params, permission: string): Write => ({
  verb: 'patch',
  object: object(of),
  method: 'PUT',
  path:
    of.kind === 'user'
      ? `${basePath(of)}/collaborators/${encodeURIComponent(of.name)}`
      : `/orgs/${encodeURIComponent(of.repository.split('/')[0] ?? '')}/teams/${encodeURIComponent(of.name)}${basePath(of)}`,
  json: { permission },
});

async function read(desk: Desk, of: Params): Promise<Before> {
  const ownerType = textAt(await desk.get(basePath(of)), 'owner', 'type') ?? '';
  const all =
    of.kind === 'user'
      ? await desk.list(`${basePath(of)}/collaborators?affiliation=direct`)
      : await desk.list(`${basePath(of)}/teams`);
  const name = of.name.toLowerCase();
  const found = all.find((each) => (of.kind === 'user' ? loginOf(each) : textAt(each, 'slug')?.toLowerCase()) === name);
  const role = textAt(found, 'role_name') ?? textAt(found, 'permission');
  return { role: found === undefined ? null : (taken[role ?? ''] ?? role ?? 'pull'), ownerType };
}
const isLow = (role: string | null) => role === 'pull';

/** A person's or team's own role in one repository becomes reading. What they have by others (a team, the organization) stays. */
export default defineAction<Params, Before, GithubSession>({
  id: 'github.lower-role',
  title: 'Lower role in repository',
  stage: 'access',
  targetKinds: ['User', 'Team'],
  params,
  before,
  permissions: ['administration: write', 'members: read'],
  target: (of) => writer(of.host, of.repository, of.kind, of.name.toLowerCase()),
  describe: (of) => `Let ${of.kind} ${of.name} only read ${of.repository}.`,
  undoes: (of) => `${of.kind === 'user' ? 'User' : 'Team'} ${of.name} has the role in ${of.repository} that it had.`,
  drastic: () => false,
  takes: () => 5,
  impact(of, estate) {
    const fact = estate.get('github.access', githubId('Access', repositoryName(of), of.kind, of.name.toLowerCase()));
    const role = fact?.data.role_name ?? 'its role';
    const what = `It loses ${role} in ${of.repository} and can only read it.`;
    const weight = of.kind === 'team' ? weights.delivery : weights.person;
    return impactOf('lower-role', one(writer(of.host, of.repository, of.kind, of.name), what, weight));
  },
  ...stateChange<Params, Before, GithubSession, Desk, Write>(
    through((of) => `The role of ${of.name} in ${of.repository}`),
    {
      read,
      isGone: ({ role }) => role === null,
      goneIsWanted: true,
      objection: ({ ownerType }, of) =>
        ownerType === 'Organization'
          ? undefined
          : `${of.repository} is a person’s own repository, where collaborators have one role only; remove them in the browser.`,
      wanted: ({ role }) => isLow(role),
      forward: (_, of) => [set(of, 'pull')],
      // Adding somebody who is no longer there would be an invitation, which they have to accept.
      back: (now, of, was) =>
        now.role === null || was.role === null
          ? refused('FB-UNDO-CHANGED', `${of.name} was taken out of ${of.repository} since.`)
          : [set(of, was.role)],
      matter: ({ role }) => role,
    },
  ),
  async probe(attempt, of): Promise<readonly ProbeResult[]> {
    const desk = await deskOf(attempt, of);
    const { role } = await read(desk, of);
    const readBack: ProbeResult = {
      what: `${of.name} has no more than reading in ${of.repository} by itself`,
      result: role === null || isLow(role) ? 'holds' : 'fails',
      evidence: `GitHub shows ${role ?? 'no role'}.`,
    };
    if (of.kind === 'team') return [readBack];
    const effective = await desk.find(`${basePath(of)}/collaborators/${encodeURIComponent(of.name)}/permission`);
    const permission = textAt(effective, 'permission') ?? 'none';
    const pushes = at(field(effective, 'user'), 'permissions', 'push') === true || /^(write|admin)$/.test(permission);
    return [
      readBack,
      {
        what: `${of.name} cannot push to ${of.repository} by any way`,
        result: pushes ? 'cannot-tell' : 'holds',
        evidence: `Teams and organization included, GitHub shows ${permission}. What others give is not taken away by this.`,
      },
    ];
  },
});
