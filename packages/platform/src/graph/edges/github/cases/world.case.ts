/**
 * Small worlds on GitHub in few words: workflow files as people write them, read by the real reader, and the API's facts. The
 * repository is github.com/acme/models and public, unless a case says otherwise.
 */

import type { FactKind } from '@firebreak/contract';
import {
  type AnyFact,
  actionId,
  type Estate,
  factSchemas,
  githubAccountId,
  githubId,
  workflowId,
} from '@firebreak/contract';
import { readAction, readWorkflow } from '../../../../connectors/github/workflow/read-workflow.ts';
import { estateOf } from '../../../../facts/estate.ts';

export const repository = { host: 'github.com', path: 'acme/models' };
const aspects = ['actions', 'branches', 'collaborators', 'environments', 'keys', 'runners', 'secrets', 'workflows'];

function fact(kind: FactKind, id: string, data: unknown): AnyFact {
  const parsed = factSchemas[kind].parse(data);
  return { kind, id, data: parsed, source: { connector: 'test', locator: 'world' } } as AnyFact;
}

export function workflow(text: string, name = 'ci.yml', of = repository): AnyFact {
  const path = `.github/workflows/${name}`;
  const { value, problems } = readWorkflow(text, of, path);
  if (value === undefined) throw new Error(`no workflow: ${JSON.stringify(problems)}`);
  return fact('github.workflow', workflowId(of, path), value);
}
export function action(text: string, folder: string): AnyFact {
  const path = `${folder}/action.yml`;
  const { value, problems } = readAction(text, repository, path);
  if (value === undefined) throw new Error(`no action: ${JSON.stringify(problems)}`);
  return fact('github.action', actionId(repository, path), value);
}

export function known(rest: object = {}): AnyFact {
  return fact('github.repository', githubId('Repository', repository), {
    repository,
    owner: 'acme',
    default_branch: 'main',
    visibility: 'public',
    archived: false,
    disabled: false,
    fork: false,
    allow_forking: true,
    complete: aspects,
    ...rest,
  });
}
export const checkout = fact('git.checkout', 'git:Checkout/github.com/acme/models', {
  repository,
  defaultBranch: 'main',
});

export function settings(rest: object = {}): AnyFact {
  const data = {
    repository,
    enabled: true,
    default_workflow_permissions: 'read',
    approval_policy: 'first_time_contributors',
  };
  return fact('github.actions-settings', githubId('ActionsSettings', repository), { ...data, ...rest });
}
export function branch(name: string, rest: object = {}): AnyFact {
  const data = { repository, name, protected: false, rules: [] };
  return fact('github.branch', githubId('Branch', repository, name), { ...data, ...rest });
}
/** Protected by so many approvals. */
export function reviewed(name: string, approvals = 1, rest: object = {}): AnyFact {
  return branch(name, {
    protected: true,
    protection: {
      enforce_admins: false,
      required_pull_request_reviews: { required_approving_review_count: approvals, require_code_owner_reviews: false },
      allow_force_pushes: false,
      lock_branch: false,
      ...rest,
    },
  });
}
export function environment(name: string, rest: object = {}): AnyFact {
  return fact('github.environment', githubId('Environment', repository, name), {
    repository,
    name,
    custom_rules: [],
    ...rest,
  });
}
export function secret(name: string, at?: string): AnyFact {
  if (at === undefined)
    return fact('github.secret', githubId('Secret', repository, name), { repository, name, level: 'repository' });
  return fact('github.secret', githubId('EnvironmentSecret', repository, at, name), {
    repository,
    name,
    level: 'environment',
    environment: at,
  });
}
export function sharedSecret(name: string): AnyFact {
  return fact('github.secret', githubId('OrganizationSecretUse', repository, name), {
    repository,
    name,
    level: 'organization',
    organization: 'acme',
  });
}
export function access(name: string, role: 'read' | 'write' | 'admin', kind: 'user' | 'team' = 'user'): AnyFact {
  const permissions = { push: role !== 'read', maintain: false, admin: role === 'admin' };
  return fact('github.access', githubId('Access', repository, kind, name), {
    repository,
    kind,
    name,
    role_name: role,
    permissions,
  });
}
export function team(slug: string, members: readonly string[], rest: object = {}): AnyFact {
  const data = { host: 'github.com', organization: 'acme', slug, id: 7, members };
  return fact('github.team', githubAccountId('Team', 'github.com', 'acme', slug), { ...data, ...rest });
}
export function organization(rest: object = {}): AnyFact {
  const data = {
    host: 'github.com',
    login: 'acme',
    default_repository_permission: 'none',
    owners: ['ada'],
    members: ['grace'],
  };
  return fact('github.organization', githubAccountId('Organization', 'github.com', 'acme'), { ...data, ...rest });
}
export function installation(permissions: object, rest: object = {}): AnyFact {
  const data = {
    host: 'github.com',
    account: 'acme',
    id: 5,
    app_slug: 'renovate',
    app_id: 50,
    repository_selection: 'all',
  };
  return fact('github.installation', githubAccountId('Installation', 'github.com', 'acme', 'renovate'), {
    ...data,
    permissions,
    ...rest,
  });
}
export function deployKey(readOnly: boolean): AnyFact {
  return fact('github.deploy-key', githubId('DeployKey', repository, '11'), {
    repository,
    id: 11,
    title: 'mirror',
    read_only: readOnly,
  });
}
export function runner(labels: readonly string[], rest: object = {}): AnyFact {
  const data = { host: 'github.com', source: 'acme/models', id: 31, name: 'gpu-1', labels };
  return fact('github.runner', githubAccountId('Runner', 'github.com', 'acme/models', '31'), { ...data, ...rest });
}
export function sharedRunner(labels: readonly string[], group: object): readonly AnyFact[] {
  return [
    fact('github.runner', githubAccountId('Runner', 'github.com', 'acme', '32'), {
      host: 'github.com',
      source: 'acme',
      id: 32,
      name: 'shared',
      labels,
      runner_group_id: 9,
    }),
    fact('github.runner-group', githubAccountId('RunnerGroup', 'github.com', 'acme', '9'), {
      host: 'github.com',
      organization: 'acme',
      id: 9,
      name: 'all',
      visibility: 'all',
      allows_public_repositories: true,
      restricted_to_workflows: false,
      ...group,
    }),
  ];
}
export function ruleset(actors: readonly object[]): AnyFact {
  return fact('github.ruleset', githubAccountId('Ruleset', 'github.com', 'acme/models', '42'), {
    source: 'acme/models',
    host: 'github.com',
    id: 42,
    name: 'main',
    enforcement: 'active',
    bypass_actors: actors,
  });
}
/** A commit of `other/action`, of its own history or of a fork's. */
export function pinned(sha: string, own: boolean): AnyFact {
  const of = { host: 'github.com', path: 'other/action' };
  return fact('github.pinned-commit', githubId('PinnedCommit', of, sha), { repository: of, sha, own });
}
/** A role that trusts GitHub's tokens of these subjects. */
export function role(name: string, subject: string | undefined): AnyFact {
  const issuer = 'token.actions.githubusercontent.com';
  const arn = `arn:aws:iam::123456789012:role/${name}`;
  return fact('aws.role', `aws:Role/${arn}`, {
    Arn: arn,
    RoleName: name,
    AssumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${issuer}` },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: {
            StringEquals: { [`${issuer}:aud`]: 'sts.amazonaws.com' },
            ...(subject === undefined ? {} : { StringLike: { [`${issuer}:sub`]: subject } }),
          },
        },
      ],
    },
    RolePolicyList: [],
    AttachedManagedPolicies: [],
    InstanceProfileList: [],
    Tags: [],
  });
}

export type World = readonly (AnyFact | readonly AnyFact[])[];

export function estate(...facts: World): Estate {
  return estateOf(facts.flat() as AnyFact[], []);
}

export interface Case {
  readonly world: World;
  /** `from + also -> to`, without `github:`, `git:` and the repository. */
  readonly edge: string;
}
export type Cases = Readonly<
  Record<
    string,
    {
      readonly holds: readonly Case[];
      readonly misses: readonly (Partial<Case> & Pick<Case, 'world'> & { readonly because: string })[];
    }
  >
>;
