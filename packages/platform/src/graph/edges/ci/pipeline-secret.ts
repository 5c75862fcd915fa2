import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs, pipelineSecretId } from '../../ci/pipelines.ts';

export default {
  label: 'PIPELINE_SECRET',
  from: ['Job'],
  to: ['Secret'],
  needs: ['ci.pipeline'],
  techniques: ['T1552', 'AML.T0055'],
  traverse: 'instant',
  explain: {
    what: 'Reads a credential that the job is given.',
    why: 'The pipeline names it in the job.',
    cut: 'Cut the ways to the job, and rotate the credential.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate))
    for (const name of job.job.secrets)
      yield { from: job.id, to: pipelineSecretId(job, name), facts: job.facts, note: `line ${job.job.line}: ${name}` };
}
