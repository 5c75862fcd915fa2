import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs, sourceOf, startsOnAnyBranch } from '../../ci/pipelines.ts';
import { gitId } from '../../github/repositories.ts';

export default {
  label: 'PIPELINE_EDIT',
  from: ['Repository', 'Push'],
  to: ['Job'],
  needs: ['ci.pipeline', 'git.checkout'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Rewrites the pipeline, and with it what its jobs do.',
    why: 'The system runs the pipeline as it stands in the repository.',
    cut: 'Protect the branch, and let secrets and runners go to protected branches only.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate)) {
    yield { from: sourceOf(job), to: job.id, facts: job.facts };
    if (startsOnAnyBranch(job))
      yield {
        from: gitId('Push', job.repository),
        to: job.id,
        facts: job.facts,
        likelihood: 0.5,
        note: 'what of it is kept for protected branches was not read',
      };
  }
}
