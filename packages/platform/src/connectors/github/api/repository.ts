/** One repository by the API: itself, its settings, who may do what, its gates, its secrets by name, its files. */
import { type Collected, type githubAspects, githubId, type RepositoryName } from '@firebreak/contract';
import { array, at, field, text, textAt } from '../../../intake/foreign.ts';
import { repositoryFiles } from '../files/repository-files.ts';
import { accessOf } from './access.ts';
import type { GithubAnswers } from './answers.ts';
import { branchesOf } from './branches.ts';
import { environmentsOf } from './environments.ts';
import { named } from './named.ts';
import { login, part, Reading } from './reading.ts';
import { apiFiles } from './repository-contents.ts';
import { runnersOf } from './runners.ts';
import { webhooks } from './webhooks.ts';

type Aspect = (typeof githubAspects)[number];

/** @param told the repository as a listing or its own address shows it. */
export async function readRepository(
  answers: GithubAnswers,
  host: string,
  told: unknown,
  signal: AbortSignal,
): Promise<readonly Collected[]> {
  const reading = new Reading(answers, host, signal);
  const fullName = textAt(told, 'full_name');
  if (fullName === undefined || !/^[\w.-]+\/[\w.-]+$/.test(fullName)) {
    reading.fact('github.repository', `github:Repository/${host}/`, told, '/repos');
    return reading.out;
  }
  const repository: RepositoryName = { host, path: fullName.toLowerCase() };
  const base = `/repos/${fullName.split('/').map(part).join('/')}`;
  const complete: Aspect[] = [];
  const whole = (aspect: Aspect, ...parts: readonly boolean[]) => {
    if (parts.every(Boolean)) complete.push(aspect);
  };

  whole('actions', await actionsSettings(reading, repository, base));
  const defaultBranch = textAt(told, 'default_branch');
  whole('branches', await branchesOf(reading, repository, base, defaultBranch));
  const environments = await environmentsOf(reading, repository, base);
  whole('environments', environments.whole);
  whole('secrets', environments.secrets, await secretsOf(reading, repository, base));
  whole('keys', await deployKeys(reading, repository, base));
  await webhooks(reading, fullName, base);
  whole('collaborators', await accessOf(reading, repository, base, at(told, 'owner', 'type') === 'Organization'));
  whole('runners', await runnersOf(reading, fullName, `${base}/actions/runners`));

  const files = repositoryFiles(repository, apiFiles(answers, base, defaultBranch, signal));
  for (let next = await files.next(); ; next = await files.next()) {
    if (next.done === true) {
      whole('workflows', next.value);
      break;
    }
    reading.out.push(next.value);
  }

  const data = {
    ...(told as object),
    repository,
    owner: login(at(told, 'owner', 'login')),
    ownerType: at(told, 'owner', 'type'),
    visibility: text(field(told, 'visibility')) ?? (field(told, 'private') === true ? 'private' : 'public'),
    archived: field(told, 'archived') ?? false,
    disabled: field(told, 'disabled') ?? false,
    fork: field(told, 'fork') ?? false,
    allow_forking: field(told, 'allow_forking') ?? true,
    complete: complete.sort(),
  };
  reading.fact('github.repository', githubId('Repository', repository), data, base);
  return reading.out;
}

async function actionsSettings(reading: Reading, repository: RepositoryName, base: string): Promise<boolean> {
  const kinds = ['github.actions-settings'] as const;
  const ask = (path: string, optional = false) => reading.get(`${base}/actions/${path}`, kinds, optional);
  const permissions = await ask('permissions');
  const workflow = await ask('permissions/workflow');
  const approval = await ask('permissions/fork-pr-contributor-approval', true);
  const forks = await ask('permissions/fork-pr-workflows-private-repos', true);
  const oidc = await ask('oidc/customization/sub', true);
  const workflows = await reading.list(`${base}/actions/workflows`, 'workflows', kinds, true);
  const { value: own } = permissions ?? {};
  const { value: token } = workflow ?? {};
  const data = {
    repository,
    enabled: field(own, 'enabled'),
    allowed_actions: field(own, 'allowed_actions'),
    sha_pinning_required: field(own, 'sha_pinning_required'),
    default_workflow_permissions: field(token, 'default_workflow_permissions'),
    can_approve_pull_request_reviews: field(token, 'can_approve_pull_request_reviews'),
    approval_policy: field(approval?.value, 'approval_policy'),
    fork_pr_private: forks?.value,
    ...(workflows.whole ? { disabled_workflows: disabled(workflows.items) } : {}),
    oidc: await subjectTemplate(reading, repository, oidc?.value),
  };
  reading.fact('github.actions-settings', githubId('ActionsSettings', repository), data, `${base}/actions/permissions`);
  return permissions !== undefined && workflow !== undefined;
}

/** Paths of workflows that nothing starts. */
function disabled(workflows: readonly unknown[]): readonly string[] {
  return workflows
    .filter((each) => textAt(each, 'state')?.startsWith('disabled') === true)
    .flatMap((each) => textAt(each, 'path') ?? [])
    .sort();
}

/** A repository that leaves GitHub's own subject and names no claims has the template of its organization. */
async function subjectTemplate(reading: Reading, repository: RepositoryName, told: unknown): Promise<unknown> {
  if (field(told, 'use_default') !== false || array(field(told, 'include_claim_keys')).length > 0) return told;
  const owner = repository.path.split('/')[0] ?? '';
  const path = `/orgs/${part(owner)}/actions/oidc/customization/sub`;
  const shared = await reading.get(path, ['github.actions-settings']);
  return { ...(told as object), include_claim_keys: field(shared?.value, 'include_claim_keys') };
}

async function secretsOf(reading: Reading, repository: RepositoryName, base: string): Promise<boolean> {
  const secrets = await reading.list(`${base}/actions/secrets`, 'secrets', ['github.secret']);
  const shared = await reading.list(`${base}/actions/organization-secrets`, 'secrets', ['github.secret'], true);
  const variables = await reading.list(`${base}/actions/variables`, 'variables', ['github.variable']);
  const sharedVariables = await reading.list(
    `${base}/actions/organization-variables`,
    'variables',
    ['github.variable'],
    true,
  );
  const organization = repository.path.split('/')[0];
  const say = (kind: 'github.secret' | 'github.variable', idKind: string, items: readonly unknown[], rest: object) => {
    for (const item of items) {
      const id = githubId(idKind, repository, text(field(item, 'name')) ?? '');
      reading.fact(kind, id, { ...named(item), repository, ...rest }, `${base}/actions`);
    }
  };
  say('github.secret', 'Secret', secrets.items, { level: 'repository' });
  say('github.secret', 'OrganizationSecretUse', shared.items, { level: 'organization', organization });
  say('github.variable', 'Variable', variables.items, { level: 'repository' });
  say('github.variable', 'OrganizationVariableUse', sharedVariables.items, { level: 'organization', organization });
  return secrets.whole && shared.whole;
}

async function deployKeys(reading: Reading, repository: RepositoryName, base: string): Promise<boolean> {
  const { items, whole } = await reading.list(`${base}/keys`, undefined, ['github.deploy-key']);
  for (const item of items) {
    const id = githubId('DeployKey', repository, String(field(item, 'id')));
    reading.fact('github.deploy-key', id, { ...(item as object), repository }, `${base}/keys`);
  }
  return whole;
}
