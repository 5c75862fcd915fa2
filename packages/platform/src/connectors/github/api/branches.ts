/** The default branch and every protected one, with what protects them. */
import { type FactKind, githubAccountId, githubId, type RepositoryName } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import { commitOf } from './commits.ts';
import { login, part, type Reading } from './reading.ts';

const kinds: readonly FactKind[] = ['github.branch'];
const maxBranches = 200;

export async function branchesOf(
  reading: Reading,
  repository: RepositoryName,
  base: string,
  defaultBranch: string | undefined,
): Promise<boolean> {
  const listed = await reading.list(`${base}/branches?protected=true`, undefined, kinds);
  let whole = listed.whole && listed.items.length <= maxBranches;
  const names = new Set<string>(defaultBranch === undefined ? [] : [defaultBranch]);
  for (const item of listed.items.slice(0, maxBranches))
    if (field(item, 'protected') === true) names.add(text(field(item, 'name')) ?? '');
  const rulesets = new Set<string>();
  for (const name of names) {
    if (name === '') continue;
    const read = await branch(reading, repository, base, name, rulesets);
    whole &&= read;
  }
  for (const id of [...rulesets].sort()) await ruleset(reading, repository, base, id);
  return whole;
}

async function branch(
  reading: Reading,
  repository: RepositoryName,
  base: string,
  name: string,
  rulesets: Set<string>,
): Promise<boolean> {
  const path = `${base}/branches/${part(name)}`;
  const told = await reading.get(path, kinds, true);
  // An empty repository has a default branch by name only.
  if (told === undefined) return true;
  const isProtected = field(told.value, 'protected') === true;
  const rules = await reading.list(`${base}/rules/branches/${part(name)}`, undefined, kinds, true);
  for (const rule of rules.items) rulesets.add(String(field(rule, 'ruleset_id')));
  // 404 is both "rulesets only" and "you may not see": which it is, the rules decide.
  const classic = isProtected ? await reading.get(`${path}/protection`, kinds, rules.items.length > 0) : undefined;
  const data = {
    repository,
    name,
    protected: isProtected || rules.items.length > 0,
    ...(classic === undefined ? {} : { protection: protectionOf(classic.value) }),
    ...(rules.whole ? { rules: rules.items.map(ruleOf) } : {}),
    commit: commitOf(field(told.value, 'commit')),
  };
  reading.fact('github.branch', githubId('Branch', repository, name), data, path);
  return rules.whole && (!isProtected || classic !== undefined || rules.items.length > 0);
}

function protectionOf(value: unknown): object {
  const review = field(value, 'required_pull_request_reviews');
  const bypass = field(review, 'bypass_pull_request_allowances');
  const restrictions = field(value, 'restrictions');
  return {
    enforce_admins: at(value, 'enforce_admins', 'enabled') === true,
    ...(review === undefined || review === null
      ? {}
      : {
          required_pull_request_reviews: {
            required_approving_review_count: field(review, 'required_approving_review_count') ?? 0,
            require_code_owner_reviews: field(review, 'require_code_owner_reviews') === true,
            ...(bypass === undefined ? {} : { bypass: actorsOf(bypass) }),
          },
        }),
    ...(restrictions === undefined || restrictions === null ? {} : { restrictions: actorsOf(restrictions) }),
    allow_force_pushes: at(value, 'allow_force_pushes', 'enabled') === true,
    lock_branch: at(value, 'lock_branch', 'enabled') === true,
  };
}

function actorsOf(value: unknown): { users: string[]; teams: string[]; apps: string[] } {
  const names = (key: string, name: string) =>
    array(field(value, key)).flatMap((actor) => login(field(actor, name)) ?? []);
  return { users: names('users', 'login'), teams: names('teams', 'slug'), apps: names('apps', 'slug') };
}

function ruleOf(rule: unknown): object {
  const parameters = field(rule, 'parameters');
  return {
    type: field(rule, 'type'),
    ruleset_id: field(rule, 'ruleset_id'),
    required_approving_review_count: field(parameters, 'required_approving_review_count'),
    require_code_owner_review: field(parameters, 'require_code_owner_review'),
  };
}

async function ruleset(reading: Reading, repository: RepositoryName, base: string, id: string): Promise<void> {
  if (!/^\d{1,15}$/.test(id)) return;
  const path = `${base}/rulesets/${id}`;
  const told = await reading.get(path, ['github.ruleset'], true);
  if (told === undefined) return;
  const source = textAt(told.value, 'source') ?? repository.path;
  const data = { ...(told.value as object), host: reading.host, source: source.toLowerCase() };
  reading.fact('github.ruleset', githubAccountId('Ruleset', reading.host, source, id), data, path);
}
