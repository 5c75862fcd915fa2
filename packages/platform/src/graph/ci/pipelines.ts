/** Jobs of pipelines that lie in files, whichever system runs them. */
import type { CiJob, Estate, Fact, FactId, NodeId, RepositoryName } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { repositoryId } from '../github/repositories.ts';

export interface PipelineJob {
  readonly id: NodeId;
  readonly pipeline: Fact<'ci.pipeline'>;
  readonly job: CiJob;
  readonly repository: RepositoryName;
  /** Its triggers, or those of the pipeline where it has none of its own. */
  readonly triggers: CiJob['triggers'];
  readonly facts: readonly FactId[];
}

/** In the order of the facts; a pipeline in no repository that we know has no jobs here. */
export const pipelineJobs: (estate: Estate) => readonly PipelineJob[] = perEstate((estate) =>
  estate.all('ci.pipeline').flatMap((pipeline) => {
    const { repository, path, jobs, triggers } = pipeline.data;
    if (repository === undefined) return [];
    return jobs.map((job) => ({
      id: `ci:Job/${repository.host}/${repository.path}/${path}/${encodeURIComponent(job.name)}`,
      pipeline,
      job,
      repository,
      triggers: job.triggers.length > 0 ? job.triggers : triggers,
      facts: [pipeline.id],
    }));
  }),
);

export function pipelineSecretId({ repository, pipeline }: PipelineJob, name: string): NodeId {
  return `ci:Secret/${repository.host}/${repository.path}/${pipeline.data.system}/${encodeURIComponent(name)}`;
}

/** Jobs of a repository that ask for the same machines share them; more is not known. */
export function pipelineRunnerId({ repository, pipeline, job }: PipelineJob): NodeId {
  const labels = [...job.runner].sort().map(encodeURIComponent).join('+');
  return `ci:RunnerPool/${repository.host}/${repository.path}/${pipeline.data.system}/${labels}`;
}

export function sourceOf({ repository }: PipelineJob): NodeId {
  return repositoryId(repository);
}

/** Whether a push to any branch starts it, as far as the file says. */
export function startsOnAnyBranch({ triggers, job }: PipelineJob): boolean {
  if (job.manual) return false;
  const open = new Set(['push', 'any', 'merge_request', 'pull_request', 'pushes', 'branches']);
  return triggers.length === 0 || triggers.some(({ event, branches }) => open.has(event) && branches.length === 0);
}
