/** Who may do what in a repository: people, and teams of its organization. */
import { githubId, type RepositoryName } from '@firebreak/contract';
import { field, textAt } from '../../../intake/foreign.ts';
import { login, type Reading } from './reading.ts';

/** @returns whether everybody was told. */
export async function accessOf(
  reading: Reading,
  repository: RepositoryName,
  base: string,
  ofOrganization: boolean,
): Promise<boolean> {
  // Everybody's effective rights would drown who was given them: a person is told directly, a team as a team.
  const people = await reading.list(`${base}/collaborators?affiliation=direct`, undefined, ['github.access']);
  const outside = ofOrganization
    ? await reading.list(`${base}/collaborators?affiliation=outside`, undefined, ['github.access'], true)
    : { items: [], whole: true };
  const outsiders = new Set(outside.items.map((item) => login(field(item, 'login'))));
  const teams = ofOrganization
    ? await reading.list(`${base}/teams`, undefined, ['github.access'])
    : { items: [], whole: true };
  const say = (kind: 'user' | 'team', name: string | undefined, item: unknown, rest: object) => {
    const granted = field(item, 'permissions');
    const role = textAt(item, 'role_name') ?? textAt(item, 'permission') ?? 'read';
    const data = {
      repository,
      kind,
      name,
      role_name: spelled[role] ?? role,
      permissions: {
        push: field(granted, 'push') === true,
        maintain: field(granted, 'maintain') === true,
        admin: field(granted, 'admin') === true,
      },
      ...rest,
    };
    reading.fact('github.access', githubId('Access', repository, kind, name ?? ''), data, `${base}/${kind}s`);
  };
  for (const item of people.items) {
    const name = login(field(item, 'login'));
    say('user', name, item, { outside: outsiders.has(name), bot: field(item, 'type') === 'Bot' });
  }
  for (const item of teams.items) say('team', login(field(item, 'slug')), item, {});
  return people.whole && teams.whole;
}

/** Teams have the old words for roles. */
const spelled: Readonly<Record<string, string>> = { pull: 'read', push: 'write' };
