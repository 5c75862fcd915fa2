/** People, teams and apps, and what an account grants to all of them at once. */
import { type Estate, type Fact, githubAccountId, type NodeGroup, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type KnownRepository, repositoriesOf } from './repositories.ts';

export const userId = (host: string, login: string): NodeId => githubAccountId('User', host, login);
export const teamId = (host: string, organization: string, slug: string): NodeId =>
  githubAccountId('Team', host, organization, slug);
export const membersId = (host: string, organization: string): NodeId => githubAccountId('Members', host, organization);
export const ownerId = (host: string, organization: string): NodeId =>
  githubAccountId('OrganizationOwner', host, organization);

export function ownerOf({ name }: KnownRepository): string {
  return name.path.split('/')[0] ?? '';
}

/** Repositories by `host/owner`. */
const repositoriesByOwner: (estate: Estate) => ReadonlyMap<string, readonly KnownRepository[]> = perEstate((estate) => {
  const byOwner = new Map<string, KnownRepository[]>();
  for (const repository of repositoriesOf(estate).values()) {
    if (repository.api === undefined) continue;
    const key = `${repository.name.host}/${ownerOf(repository)}`;
    const known = byOwner.get(key);
    if (known === undefined) byOwner.set(key, [repository]);
    else known.push(repository);
  }
  return byOwner;
});

/** One right in every repository of an owner that was read, as one hub. */
export function everyRepository(
  estate: Estate,
  host: string,
  owner: string,
  right: (repository: KnownRepository) => NodeId,
  name: string,
): NodeGroup {
  return {
    key: `github-${name}:${host}/${owner}`,
    label: `${name} of every repository of ${owner}`,
    members: () =>
      (repositoriesByOwner(estate).get(`${host}/${owner}`) ?? [])
        // What is public everybody has.
        .filter((repository) => name !== 'content' || repository.isPublic === false)
        .map((repository) => ({ node: right(repository), facts: repository.facts })),
  };
}

/** A team's slug by the number that rulesets use. */
export const teamsById: (estate: Estate) => ReadonlyMap<string, Fact<'github.team'>> = perEstate(
  (estate) => new Map(estate.all('github.team').map((fact) => [`${fact.data.host} ${fact.data.id}`, fact])),
);
export const installationsByApp: (estate: Estate) => ReadonlyMap<string, Fact<'github.installation'>> = perEstate(
  (estate) => new Map(estate.all('github.installation').map((fact) => [`${fact.data.host} ${fact.data.app_id}`, fact])),
);
