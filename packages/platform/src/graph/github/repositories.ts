/** What is known of a repository beside its workflows: its settings, its branches, how its gates stand. */
import { type Estate, type Fact, type FactId, githubId, type NodeId, type RepositoryName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { gitRepositoryId, gitRepositoryName } from '../names/git-repository.ts';

/** One repository, by whatever facts speak of it. */
export interface KnownRepository {
  readonly name: RepositoryName;
  /** Its path in its own spelling, as tokens say it. */
  readonly spelled: string;
  /** `git:Repository/…`: writing to it where it counts, its default branch. */
  readonly id: NodeId;
  readonly api: Fact<'github.repository'> | undefined;
  readonly checkout: Fact<'git.checkout'> | undefined;
  readonly settings: Fact<'github.actions-settings'> | undefined;
  readonly branches: readonly Fact<'github.branch'>[];
  readonly environments: ReadonlyMap<string, Fact<'github.environment'>>;
  readonly defaultBranch: string | undefined;
  /** Undefined where nobody said: a checkout does not know. */
  readonly isPublic: boolean | undefined;
  /** Whether GitHub runs workflows here at all. */
  readonly runsActions: boolean;
  /** Facts that say it exists. */
  readonly facts: readonly FactId[];
}

export function repositoryKey({ host, path }: RepositoryName): string {
  return `${host}/${path.toLowerCase()}`;
}

/** `git:Repository/<host>/<path>` as every other system spells it. */
export function repositoryId(name: RepositoryName): NodeId {
  return gitRepositoryId(gitRepositoryName(`https://${name.host}/${name.path}`) ?? name);
}

/** A node of Git's own below a repository: `git:Branch/<host>/<path>/<branch>`, `git:Push/<host>/<path>`. */
export function gitId(kind: string, name: RepositoryName, ...rest: readonly string[]): NodeId {
  return [repositoryId(name).replace('git:Repository/', `git:${kind}/`), ...rest.map(encodeURIComponent)].join('/');
}

/** By `host/path`, in the order of their names. */
export const repositoriesOf: (estate: Estate) => ReadonlyMap<string, KnownRepository> = perEstate((estate) => {
  const names = new Map<string, { name: RepositoryName; facts: Set<FactId> }>();
  const say = (name: RepositoryName, fact?: FactId) => {
    const key = repositoryKey(name);
    const known = names.get(key) ?? { name, facts: new Set<FactId>() };
    if (fact !== undefined) known.facts.add(fact);
    names.set(key, known);
  };
  const api = grouped(estate.all('github.repository'));
  const checkouts = grouped(estate.all('git.checkout'));
  const branches = grouped(estate.all('github.branch'));
  const environments = grouped(estate.all('github.environment'));
  for (const fact of [...estate.all('github.repository'), ...estate.all('git.checkout')])
    say(fact.data.repository, fact.id);
  // Workflows alone say that it exists as well.
  for (const fact of estate.all('github.workflow'))
    if (!names.has(repositoryKey(fact.data.repository))) say(fact.data.repository, fact.id);
  const known = new Map<string, KnownRepository>();
  for (const [key, { name, facts }] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const told = api.get(key)?.[0];
    const checkout = checkouts.get(key)?.[0];
    const settings = estate.get('github.actions-settings', githubId('ActionsSettings', name));
    known.set(key, {
      name,
      spelled: told?.data.full_name ?? checkout?.data.spelled ?? name.path,
      id: repositoryId(name),
      api: told,
      checkout,
      settings,
      branches: branches.get(key) ?? [],
      environments: new Map((environments.get(key) ?? []).map((fact) => [fact.data.name.toLowerCase(), fact])),
      defaultBranch: told?.data.default_branch ?? checkout?.data.defaultBranch,
      isPublic: told === undefined ? undefined : told.data.visibility === 'public',
      runsActions: settings?.data.enabled !== false && told?.data.archived !== true && told?.data.disabled !== true,
      facts: [...facts].sort(),
    });
  }
  return known;
});

export function repositoryOf(estate: Estate, name: RepositoryName): KnownRepository | undefined {
  return repositoriesOf(estate).get(repositoryKey(name));
}

function grouped<F extends { readonly data: { readonly repository: RepositoryName } }>(
  facts: readonly F[],
): ReadonlyMap<string, readonly F[]> {
  const groups = new Map<string, F[]>();
  for (const fact of facts) {
    const key = repositoryKey(fact.data.repository);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [fact]);
    else group.push(fact);
  }
  return groups;
}
