/**
 * GitHub as facts: the answers of its REST API (version 2022-11-28), stripped, in its own words, and the workflow files. What
 * must stay true: names of secrets and variables and never a value, hosts of webhooks and never their address or secret, and
 * every list may be absent because a token may not read it: a repository's `complete` says what was read to the end.
 */
import { z } from 'zod';
import { plainText, repositoryName } from './ci.ts';
import { githubAction, githubWorkflow } from './github-workflow.ts';

function list<T extends z.ZodType>(item: T) {
  return z.preprocess((value) => value ?? [], z.array(item));
}
function maybe<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === null ? undefined : value), schema.optional());
}
const host = repositoryName.shape.host;
/** Owners fold case; they are kept in lower case. */
const account = plainText;
const time = maybe(z.string().max(40));

/** What of a repository can be read completely, each by a call of its own. */
export const githubAspects = [
  'actions',
  'branches',
  'collaborators',
  'environments',
  'keys',
  'runners',
  'secrets',
  'workflows',
] as const;

export const githubRepository = z.object({
  repository: repositoryName,
  /** As its owner spells it: what tokens say, and what conditions on them are compared with, case and all. */
  full_name: maybe(plainText),
  owner: account,
  ownerType: z.enum(['Organization', 'User']).default('Organization'),
  default_branch: plainText,
  visibility: z.enum(['public', 'private', 'internal']),
  archived: z.boolean(),
  disabled: z.boolean(),
  fork: z.boolean(),
  allow_forking: z.boolean(),
  description: maybe(z.string()),
  topics: list(z.string()),
  created_at: time,
  pushed_at: time,
  /** Of these nothing is missing. */
  complete: z.array(z.enum(githubAspects)),
});

/** Actions settings that hold for a repository, whether it or its organization made them. Absent: not read. */
export const githubActionsSettings = z.object({
  repository: repositoryName,
  enabled: maybe(z.boolean()),
  allowed_actions: maybe(z.string()),
  sha_pinning_required: maybe(z.boolean()),
  default_workflow_permissions: maybe(z.enum(['read', 'write'])),
  can_approve_pull_request_reviews: maybe(z.boolean()),
  /** Whose first pull requests from forks of public repositories wait for somebody's approval. */
  approval_policy: maybe(
    z.enum(['first_time_contributors_new_to_github', 'first_time_contributors', 'all_external_contributors']),
  ),
  /** Pull requests from forks of a private repository. */
  fork_pr_private: maybe(
    z.object({
      run_workflows_from_fork_pull_requests: maybe(z.boolean()),
      send_write_tokens_to_workflows: maybe(z.boolean()),
      send_secrets_and_variables: maybe(z.boolean()),
      require_approval_for_fork_pr_workflows: maybe(z.boolean()),
    }),
  ),
  /** Paths of workflows that somebody, or GitHub for want of activity, has disabled. */
  disabled_workflows: maybe(z.array(plainText)),
  /** How the subject of an OIDC token is made: GitHub's way, or of these claims in this order. */
  oidc: maybe(
    z.object({
      use_default: z.boolean(),
      include_claim_keys: list(z.string()),
      /** The beginning that GitHub itself puts before the claims: `repo:acme/models`, with ids where those are used. */
      sub_claim_prefix: maybe(z.string()),
    }),
  ),
});

export const githubActor = z.object({ users: list(account), teams: list(account), apps: list(account) });

const classicProtection = z.object({
  enforce_admins: z.boolean(),
  /** Absent: pushing needs no pull request. */
  required_pull_request_reviews: maybe(
    z.object({
      required_approving_review_count: z.number().int().nonnegative(),
      require_code_owner_reviews: z.boolean(),
      bypass: maybe(githubActor),
    }),
  ),
  /** Who may push at all; absent: whoever may write. */
  restrictions: maybe(githubActor),
  allow_force_pushes: z.boolean(),
  lock_branch: z.boolean(),
});

/** An active rule of a ruleset as it holds for one branch. */
const branchRule = z.object({
  type: plainText,
  ruleset_id: z.number().int(),
  required_approving_review_count: maybe(z.number().int()),
  require_code_owner_review: maybe(z.boolean()),
});

/** A commit as the API lists it; of its message the first line. */
const commit = z.object({
  sha: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/),
  commit: z.object({
    message: z.string().max(1000),
    committer: z.object({ date: time }),
    /** What GitHub says of its signature, with the signature and what was signed; absent where it was not told or is too long. */
    verification: maybe(
      z.object({
        verified: z.boolean(),
        reason: z.string().max(100),
        signature: maybe(z.string().max(20_000)),
        payload: maybe(z.string().max(20_000)),
      }),
    ),
  }),
});

/** The default branch and every protected one. `protection` and `rules` absent: not read. */
export const githubBranch = z.object({
  repository: repositoryName,
  name: plainText,
  protected: z.boolean(),
  protection: maybe(classicProtection),
  rules: maybe(z.array(branchRule)),
  /** Its head; absent where it was not told. */
  commit: maybe(commit),
});
export type GithubBranch = z.infer<typeof githubBranch>;

export const githubRuleset = z.object({
  /** Owner of the ruleset: a repository or an organization. */
  source: plainText,
  host,
  id: z.number().int(),
  name: z.string(),
  enforcement: z.enum(['active', 'disabled', 'evaluate']),
  target: maybe(z.string()),
  /** Absent: not read, which needs the right to administer. */
  bypass_actors: maybe(
    z.array(
      z.object({
        actor_id: maybe(z.number().int()),
        actor_type: z.string(),
        bypass_mode: z.string(),
      }),
    ),
  ),
});

export const githubEnvironment = z.object({
  repository: repositoryName,
  name: plainText,
  created_at: time,
  can_admins_bypass: maybe(z.boolean()),
  wait_timer: maybe(z.number()),
  /** Absent: nobody has to approve. */
  reviewers: maybe(githubActor.pick({ users: true, teams: true })),
  prevent_self_review: maybe(z.boolean()),
  /** Other gates: names of apps that must agree. */
  custom_rules: list(z.string()),
  /** Absent: any branch and tag may deploy. */
  deployment_branch_policy: maybe(
    z.object({
      protected_branches: z.boolean(),
      /** Patterns of branches and tags; absent where they were not read. */
      policies: maybe(z.array(z.object({ name: z.string(), type: maybe(z.string()) }))),
    }),
  ),
});
export type GithubEnvironment = z.infer<typeof githubEnvironment>;

/** A secret of Actions by name, and likewise a variable. One of an organization is told once for each repository that may use it. */
export const githubSecret = z.object({
  repository: repositoryName,
  name: plainText,
  level: z.enum(['organization', 'repository', 'environment']),
  environment: maybe(plainText),
  organization: maybe(account),
  created_at: time,
  updated_at: time,
});

export const githubDeployKey = z.object({
  repository: repositoryName,
  id: z.number().int(),
  title: z.string(),
  read_only: z.boolean(),
  created_at: time,
  last_used: time,
  added_by: maybe(z.string()),
});

/** An app on an account, with what it may do there. */
export const githubInstallation = z.object({
  host,
  account,
  id: z.number().int(),
  app_slug: plainText,
  app_id: maybe(z.number().int()),
  repository_selection: z.enum(['all', 'selected']),
  permissions: z.record(z.string(), z.string()),
  created_at: time,
  suspended_at: time,
});

export const githubWebhook = z.object({
  host,
  /** `owner/name`, or the organization. */
  source: plainText,
  id: z.number().int(),
  active: z.boolean(),
  events: list(z.string()),
  /** Host that it calls, without path and query. */
  target: maybe(z.string()),
  insecure_ssl: maybe(z.boolean()),
  created_at: time,
});

export const githubRunner = z.object({
  host,
  /** `owner/name` of a repository's own runner, the organization's name of a shared one. */
  source: plainText,
  id: z.number().int(),
  name: z.string(),
  os: maybe(z.string()),
  status: maybe(z.string()),
  ephemeral: maybe(z.boolean()),
  runner_group_id: maybe(z.number().int()),
  labels: list(z.string()),
});

export const githubRunnerGroup = z.object({
  host,
  organization: account,
  id: z.number().int(),
  name: z.string(),
  visibility: z.enum(['all', 'selected', 'private']),
  allows_public_repositories: z.boolean(),
  restricted_to_workflows: z.boolean(),
  /** Workflows with a ref that may use it. */
  selected_workflows: list(z.string()),
  /** `owner/name` in lower case; absent where they were not read. */
  repositories: maybe(z.array(z.string())),
});

/** Who may do what in a repository: a person directly or by a team. */
export const githubAccess = z.object({
  repository: repositoryName,
  kind: z.enum(['user', 'team']),
  /** Login, or the team's slug. */
  name: plainText,
  /** `read`, `triage`, `write`, `maintain`, `admin`, or the name of a custom role. */
  role_name: plainText,
  /** What the role amounts to. */
  permissions: z.object({ push: z.boolean(), maintain: z.boolean(), admin: z.boolean() }),
  outside: maybe(z.boolean()),
  bot: maybe(z.boolean()),
});

export const githubTeam = z.object({
  host,
  organization: account,
  slug: plainText,
  id: z.number().int(),
  parent: maybe(plainText),
  /** Absent: not read. */
  members: maybe(z.array(account)),
});

export const githubOrganization = z.object({
  host,
  login: account,
  /** What every member may do in every repository. */
  default_repository_permission: maybe(z.string()),
  two_factor_requirement_enabled: maybe(z.boolean()),
  members_can_fork_private_repositories: maybe(z.boolean()),
  owners: maybe(z.array(account)),
  members: maybe(z.array(account)),
});

/** A commit that workflows name by its id, of whatever repository: whether it is of that repository's own history. */
export const githubPinnedCommit = z.object({
  repository: repositoryName,
  sha: z.string().regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/),
  /** False: no branch and no tag leads to it. GitHub hands out commits of forks under the name of the repository as well. */
  own: z.boolean(),
  /** The branch or tag that leads to it. */
  found: maybe(z.string()),
});

export const githubCodeowners = z.object({
  repository: repositoryName,
  path: plainText,
  rules: z.array(z.object({ line: z.number().int(), pattern: z.string(), owners: z.array(z.string()) })),
});

export const githubFactSchemas = {
  'github.access': githubAccess,
  'github.action': githubAction,
  'github.actions-settings': githubActionsSettings,
  'github.branch': githubBranch,
  'github.codeowners': githubCodeowners,
  'github.deploy-key': githubDeployKey,
  'github.environment': githubEnvironment,
  'github.installation': githubInstallation,
  'github.organization': githubOrganization,
  'github.pinned-commit': githubPinnedCommit,
  'github.repository': githubRepository,
  'github.ruleset': githubRuleset,
  'github.runner': githubRunner,
  'github.runner-group': githubRunnerGroup,
  'github.secret': githubSecret,
  'github.team': githubTeam,
  'github.variable': githubSecret,
  'github.webhook': githubWebhook,
  'github.workflow': githubWorkflow,
} as const;
