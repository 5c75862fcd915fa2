import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pipelineJobs } from '../../ci/pipelines.ts';
import { imageReference, imageRepositoryId } from '../../names/image-reference.ts';
import { shutRegistry, takesPushes } from '../../oci/levers.ts';

export default {
  label: 'PIPELINE_IMAGE',
  from: ['Repository'],
  to: ['Job'],
  needs: ['oci.registry', 'ci.pipeline'],
  techniques: ['T1195.002', 'T1610'],
  traverse: 'minutes',
  explain: {
    what: 'Has the job start an image of one’s own.',
    why: 'The job runs in or beside an image that is named by a tag, which whoever may push can move.',
    cut: 'Name the image by its digest.',
  },
  severedBy: ['oci.read-only'],
  derive,
  levers: shutRegistry,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of pipelineJobs(estate))
    for (const text of [...(job.job.image === undefined ? [] : [job.job.image]), ...job.job.services]) {
      const image = imageReference(text);
      if (image === undefined || image.digest !== undefined) continue;
      if (takesPushes(estate, imageRepositoryId(image)))
        yield { from: imageRepositoryId(image), to: job.id, facts: job.facts, note: text };
    }
}
