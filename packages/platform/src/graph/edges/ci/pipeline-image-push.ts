import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs } from '../../ci/pipelines.ts';
import { imageReference, imageRepositoryId } from '../../names/image-reference.ts';

export default {
  label: 'PIPELINE_IMAGE_PUSH',
  from: ['Job'],
  to: ['Repository'],
  needs: ['ci.pipeline'],
  techniques: ['T1195.002', 'T1525', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Pushes an image to the registry.',
    why: 'A script of the job pushes to this repository of the registry.',
    cut: 'Cut the ways to the job, and have whatever runs the image ask for a signature.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate))
    for (const pushed of job.job.pushes) {
      const image = imageReference(pushed);
      if (image !== undefined)
        yield { from: job.id, to: imageRepositoryId(image), facts: job.facts, note: `pushes ${pushed}` };
    }
}
