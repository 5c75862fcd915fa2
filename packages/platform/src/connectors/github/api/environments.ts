/** Environments with their gates and the names of what they hold. */
import { type FactKind, githubId, type RepositoryName } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import { named } from './named.ts';
import { login, part, type Reading } from './reading.ts';

const kinds: readonly FactKind[] = ['github.environment'];

export async function environmentsOf(
  reading: Reading,
  repository: RepositoryName,
  base: string,
): Promise<{ readonly whole: boolean; readonly secrets: boolean }> {
  const listed = await reading.list(`${base}/environments`, 'environments', kinds, true);
  let { whole } = listed;
  let secrets = true;
  for (const item of listed.items) {
    const name = text(field(item, 'name'));
    if (name === undefined) continue;
    const path = `${base}/environments/${part(name)}`;
    const policy = field(item, 'deployment_branch_policy');
    const custom = field(policy, 'custom_branch_policies') === true;
    const policies = custom
      ? await reading.list(`${path}/deployment-branch-policies`, 'branch_policies', kinds)
      : undefined;
    whole &&= policies?.whole ?? true;
    const data = {
      repository,
      name,
      created_at: field(item, 'created_at'),
      can_admins_bypass: field(item, 'can_admins_bypass'),
      ...gatesOf(array(field(item, 'protection_rules'))),
      ...(policy === undefined || policy === null
        ? {}
        : {
            deployment_branch_policy: {
              protected_branches: field(policy, 'protected_branches') === true,
              ...(policies?.whole === true
                ? { policies: policies.items.map((each) => ({ name: field(each, 'name'), type: field(each, 'type') })) }
                : {}),
            },
          }),
    };
    reading.fact('github.environment', githubId('Environment', repository, name), data, path);
    secrets = (await holdings(reading, repository, name, path)) && secrets;
  }
  return { whole, secrets: secrets && listed.whole };
}

function gatesOf(rules: readonly unknown[]): object {
  const builtIn = new Set(['required_reviewers', 'wait_timer', 'branch_policy']);
  const wait = rules.find((rule) => field(rule, 'type') === 'wait_timer');
  const review = rules.find((rule) => field(rule, 'type') === 'required_reviewers');
  const reviewers = array(field(review, 'reviewers'));
  const named = (type: string, name: string) =>
    reviewers.flatMap((each) => (field(each, 'type') === type ? (login(at(each, 'reviewer', name)) ?? []) : []));
  return {
    wait_timer: field(wait, 'wait_timer'),
    ...(review === undefined ? {} : { reviewers: { users: named('User', 'login'), teams: named('Team', 'slug') } }),
    prevent_self_review: field(review, 'prevent_self_review'),
    custom_rules: rules.flatMap((rule) => {
      const type = text(field(rule, 'type')) ?? '';
      return builtIn.has(type) ? [] : [textAt(rule, 'app', 'slug') ?? type];
    }),
  };
}

/** @returns whether the names of its secrets were read to the end. */
async function holdings(
  reading: Reading,
  repository: RepositoryName,
  environment: string,
  path: string,
): Promise<boolean> {
  const secrets = await reading.list(`${path}/secrets`, 'secrets', ['github.secret']);
  const variables = await reading.list(`${path}/variables`, 'variables', ['github.variable']);
  for (const [kind, idKind, { items }] of [
    ['github.secret', 'EnvironmentSecret', secrets],
    ['github.variable', 'EnvironmentVariable', variables],
  ] as const)
    for (const item of items) {
      const id = githubId(idKind, repository, environment, text(field(item, 'name')) ?? '');
      reading.fact(kind, id, { ...named(item), repository, environment, level: 'environment' }, path);
    }
  return secrets.whole;
}
