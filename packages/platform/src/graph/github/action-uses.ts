/** Actions and workflows of others that jobs use: whose code runs in the job, and how firmly it is named. */
import type { Estate, FactId, NodeId, WorkflowUses } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type Job, liveJobs } from './jobs.ts';
import { repositoryId } from './repositories.ts';

export interface ActionUse {
  /** `git:Repository/github.com/owner/name` */
  readonly publisher: NodeId;
  readonly name: string;
  readonly job: Job;
  readonly uses: WorkflowUses;
  readonly line: number;
  readonly facts: readonly FactId[];
}

/** Each publisher once a job by each reference, in the order of the jobs. */
export const actionUses: (estate: Estate) => readonly ActionUse[] = perEstate((estate) =>
  liveJobs(estate).flatMap((job) => {
    const { repository } = job;
    // GitHub refuses what the settings do not allow.
    if (repository.settings?.data.allowed_actions === 'local_only') return [];
    const pinnedOnly = repository.settings?.data.sha_pinning_required === true;
    const seen = new Set<string>();
    const found: ActionUse[] = [];
    const say = (uses: WorkflowUses | undefined, line: number, facts: readonly FactId[]) => {
      if (uses?.kind !== 'repository' || (pinnedOnly && uses.refKind !== 'sha')) return;
      const name = `${uses.owner}/${uses.name}`;
      const publisher = repositoryId({ host: repository.name.host, path: name });
      // One's own repository is no third party.
      if (publisher === repository.id || seen.has(uses.text.value)) return;
      seen.add(uses.text.value);
      found.push({ publisher, name, job, uses, line, facts });
    };
    for (const uses of job.unread) say(uses, uses.text.line, [job.workflow.id]);
    for (const run of job.runs) {
      for (const caller of run.callers) say(caller.uses, caller.line, [job.workflow.id, ...run.facts]);
      for (const { step, facts } of run.steps) say(step.uses, step.line, [...facts]);
    }
    return found;
  }),
);
