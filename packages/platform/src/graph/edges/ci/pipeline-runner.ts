import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs, pipelineRunnerId } from '../../ci/pipelines.ts';

export default {
  label: 'PIPELINE_RUNNER',
  from: ['Job'],
  to: ['RunnerPool'],
  needs: ['ci.pipeline'],
  techniques: ['T1610', 'T1584.004'],
  traverse: 'minutes',
  explain: {
    what: 'Runs on machines that the job asks for by name.',
    why: 'The job names tags, a label or a pool: machines that somebody keeps for it.',
    cut: 'Keep such machines for protected branches, and use ones that live for one job.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate))
    if (job.job.runner.length > 0)
      yield {
        from: job.id,
        to: pipelineRunnerId(job),
        facts: job.facts,
        likelihood: 0.8,
        note: `${job.job.runner.join(', ')}; which machines those are was not read`,
      };
}
