/** The gates of an environment: who must agree, and from which branches a job may enter. */
import type { FactId, GithubEnvironment, WorkflowJob } from '@firebreak/contract';
import { branchesProtectedIn, matchesRef } from './branches.ts';
import type { KnownRepository } from './repositories.ts';

export interface Gate {
  /** 0: shut. */
  readonly likelihood: number;
  readonly note?: string;
  readonly facts: readonly FactId[];
}

/** The environment's literal name, where the job names one. */
export function environmentName(job: WorkflowJob): string | undefined {
  const name = job.environment?.name.value;
  return name === undefined || name.includes('${{') ? undefined : name;
}

/** What a job meets that runs on a ref; undefined where it enters no environment that we know. */
export function environmentGate(
  repository: KnownRepository,
  job: WorkflowJob,
  ref: string | undefined,
): Gate | undefined {
  const name = environmentName(job);
  const environment = name === undefined ? undefined : repository.environments.get(name.toLowerCase());
  return environment === undefined ? undefined : gateOf(repository, environment.data, ref, environment.id);
}

/** @param ref undefined: not known, so a policy may let it in. */
export function gateOf(
  repository: KnownRepository,
  environment: GithubEnvironment,
  ref: string | undefined,
  fact: FactId,
): Gate {
  const facts = [fact];
  if (ref !== undefined && entersFrom(repository, environment, ref) === false) return { likelihood: 0, facts };
  const { users, teams } = environment.reviewers ?? { users: [], teams: [] };
  const reviewers = [...users, ...teams];
  if (reviewers.length > 0)
    return { likelihood: 0.3, note: `a reviewer of ${environment.name} must approve (${reviewers.join(', ')})`, facts };
  if (environment.custom_rules.length > 0)
    return { likelihood: 0.3, note: `${environment.custom_rules.join(', ')} must agree`, facts };
  return { likelihood: 1, facts };
}

/** Undefined where the patterns were not read. */
function entersFrom(repository: KnownRepository, environment: GithubEnvironment, ref: string): boolean | undefined {
  const policy = environment.deployment_branch_policy;
  if (policy === undefined) return true;
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (policy.protected_branches) return branch !== undefined && branchesProtectedIn(repository).has(branch);
  return policy.policies?.some(({ name, type }) => matchesRef(name, type ?? 'branch', ref));
}

/** Whether a branch that anybody with write access makes up can enter: no policy, or a pattern that leaves something open. */
export function entersFromNewBranch(repository: KnownRepository, environment: GithubEnvironment): boolean {
  const policy = environment.deployment_branch_policy;
  if (policy === undefined) return true;
  if (policy.protected_branches) return false;
  return (policy.policies ?? []).some(({ name, type }) => {
    // A name made to fit the pattern, which no protected branch has.
    const fitting = name.replace(/\*+/g, 'x').replace(/\?/g, 'x');
    if (type === 'tag') return true;
    return name !== fitting ? !branchesProtectedIn(repository).has(fitting) : isOpen(repository, name);
  });
}

/** A branch of exactly this name that nothing protects. */
function isOpen(repository: KnownRepository, name: string): boolean {
  return name !== repository.defaultBranch && !branchesProtectedIn(repository).has(name);
}
