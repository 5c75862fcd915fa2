/** Who writes to the cache of the default branch, and who restores from it (docs: "Restrictions for accessing a cache"). */
import type { Estate, FactId, NodeId, WorkflowStep } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { actionOf, inputOf } from './action-names.ts';
import { cacheOf } from './caching-actions.ts';
import { type Job, liveJobs } from './jobs.ts';
import { runsFromBranch } from './triggers.ts';

export interface CacheUser {
  readonly job: Job;
  readonly facts: readonly FactId[];
}

/** Whether a run of the job is one of the default branch: what it stores there every other run may restore. */
export function writesDefaultCache({ workflow, repository }: Job): boolean {
  const branch = repository.defaultBranch ?? 'main';
  return runsFromBranch(workflow.data.on, { ...repository, defaultBranch: branch }, branch);
}

/** Jobs that restore a cache, by repository. */
export const cacheUsers: (estate: Estate) => ReadonlyMap<NodeId, readonly CacheUser[]> = perEstate((estate) => {
  const users = new Map<NodeId, CacheUser[]>();
  for (const job of liveJobs(estate)) {
    const step = job.runs.flatMap(({ steps }) => steps).find((each) => restoresCache(each.step));
    if (step === undefined) continue;
    const known = users.get(job.repository.id);
    const user = { job, facts: [...step.facts] };
    if (known === undefined) users.set(job.repository.id, [user]);
    else known.push(user);
  }
  return users;
});

function restoresCache(step: WorkflowStep): boolean {
  if (actionOf(step) === 'docker/build-push-action') return inputOf(step, 'cache-from')?.includes('type=gha') === true;
  // What an expression decides may be.
  return cacheOf(step) !== false;
}
