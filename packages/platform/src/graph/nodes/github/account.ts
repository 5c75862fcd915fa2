import type { FactId, GraphNode, NodeRule } from '@firebreak/contract';
import { membersId, ownerId, teamId, userId } from '../../github/accounts.ts';

/** People, teams, apps and deploy keys, and what an organization gives to all its people. */
export default {
  kinds: ['User', 'Team', 'Installation', 'DeployKey', 'Members', 'OrganizationOwner'],
  needs: [
    'github.access',
    'github.team',
    'github.organization',
    'github.installation',
    'github.deploy-key',
    'github.branch',
  ],
  *derive(estate): Generator<GraphNode> {
    const users = new Map<
      string,
      { host: string; login: string; facts: Set<FactId>; outside: boolean; bot: boolean }
    >();
    const say = (host: string, login: string, fact: FactId, more: { outside?: boolean; bot?: boolean } = {}) => {
      const id = userId(host, login);
      const known = users.get(id) ?? { host, login, facts: new Set<FactId>(), outside: false, bot: false };
      known.facts.add(fact);
      known.outside ||= more.outside === true;
      known.bot ||= more.bot === true;
      users.set(id, known);
    };
    for (const { id, data } of estate.all('github.access'))
      if (data.kind === 'user')
        say(data.repository.host, data.name, id, { outside: data.outside === true, bot: data.bot === true });
    for (const { id, data } of estate.all('github.team'))
      for (const member of data.members ?? []) say(data.host, member, id);
    for (const { id, data } of estate.all('github.organization'))
      for (const login of [...(data.owners ?? []), ...(data.members ?? [])]) say(data.host, login, id);
    for (const { id, data } of estate.all('github.branch')) {
      const { protection } = data;
      const named = [
        ...(protection?.restrictions?.users ?? []),
        ...(protection?.required_pull_request_reviews?.bypass?.users ?? []),
      ];
      for (const login of named) say(data.repository.host, login, id);
    }
    for (const [id, { host, login, facts, outside, bot }] of users)
      yield {
        id,
        kind: 'User',
        class: 'identity',
        name: login,
        namespace: host,
        facts: [...facts],
        tenure: { access: 'standing' },
        detail: { outside, bot },
      };
    const teams = new Map<string, { readonly name: string; readonly organization: string; readonly facts: FactId[] }>();
    const sayTeam = (id: string, name: string, organization: string, fact: FactId) => {
      const known = teams.get(id) ?? { name, organization, facts: [] };
      known.facts.push(fact);
      teams.set(id, known);
    };
    for (const { id, data } of estate.all('github.team')) {
      sayTeam(id, data.slug, data.organization, id);
      if (data.parent !== undefined)
        sayTeam(teamId(data.host, data.organization, data.parent), data.parent, data.organization, id);
    }
    for (const { id, data } of estate.all('github.access')) {
      const [organization = ''] = data.repository.path.split('/');
      if (data.kind === 'team')
        sayTeam(teamId(data.repository.host, organization, data.name), data.name, organization, id);
    }
    for (const [id, { name, organization, facts }] of teams)
      yield { id, kind: 'Team', class: 'identity', name, namespace: organization, facts: facts.slice(0, 100) };
    for (const { id, data } of estate.all('github.organization')) {
      const base = { class: 'permission' as const, namespace: data.login, facts: [id] };
      yield { ...base, id: ownerId(data.host, data.login), kind: 'OrganizationOwner', name: `owners of ${data.login}` };
      yield { ...base, id: membersId(data.host, data.login), kind: 'Members', name: `members of ${data.login}` };
    }
    for (const { id, data } of estate.all('github.installation'))
      yield {
        id,
        kind: 'Installation',
        class: 'identity',
        name: data.app_slug,
        namespace: data.account,
        facts: [id],
        about: { vendor: data.app_slug },
        tenure: { access: 'standing', ...(data.created_at === undefined ? {} : { created: data.created_at }) },
        detail: {
          repositories: data.repository_selection,
          permissions: Object.entries(data.permissions)
            .map(([scope, access]) => `${scope}: ${access}`)
            .join(', '),
        },
      };
    for (const { id, data } of estate.all('github.deploy-key'))
      yield {
        id,
        kind: 'DeployKey',
        class: 'credential',
        name: data.title,
        namespace: data.repository.path,
        facts: [id],
        tenure: {
          lifetime: 'static',
          access: 'standing',
          ...(data.created_at === undefined ? {} : { created: data.created_at }),
          ...(data.last_used === undefined ? {} : { lastUsed: data.last_used }),
        },
        detail: { readOnly: data.read_only, ...(data.added_by === undefined ? {} : { addedBy: data.added_by }) },
      };
  },
} satisfies NodeRule;
