import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs, pipelineRunnerId } from '../../ci/pipelines.ts';

export default {
  label: 'PIPELINE_RUNNER_JOBS',
  from: ['RunnerPool'],
  to: ['Job'],
  needs: ['ci.pipeline'],
  techniques: ['T1554', 'T1543'],
  traverse: 'hours',
  explain: {
    what: 'Waits on the machine for the next job and takes it over.',
    why: 'Jobs of the repository that ask for the same machines follow each other on them.',
    cut: 'Use machines that live for one job.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate))
    if (job.job.runner.length > 0)
      yield {
        from: pipelineRunnerId(job),
        to: job.id,
        facts: job.facts,
        likelihood: 0.6,
        note: 'if the machine outlives a job, which was not read',
      };
}
