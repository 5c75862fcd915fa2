import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { runImages } from '../../github/images.ts';
import { liveJobs } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { imageReference, imageRepositoryId } from '../../names/image-reference.ts';
import { shutRegistry, takesPushes } from '../../oci/levers.ts';

export default {
  label: 'JOB_IMAGE',
  from: ['Repository'],
  to: ['Job'],
  needs: ['oci.registry', 'github.workflow', 'github.action'],
  techniques: ['T1195.002', 'T1610'],
  traverse: 'minutes',
  explain: {
    what: 'Has the job start an image of one’s own.',
    why: 'The job runs in, beside or with an image that is named by a tag, which whoever may push can move.',
    cut: 'Name the image by its digest.',
  },
  severedBy: [...jobStops, 'oci.read-only'],
  derive,
  levers: (edge, estate) => [...stopJobs(edge, estate), ...shutRegistry(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of liveJobs(estate))
    for (const run of job.runs)
      for (const { text, line } of runImages(job, run)) {
        const image = imageReference(text);
        if (image === undefined || image.digest !== undefined) continue;
        if (!takesPushes(estate, imageRepositoryId(image))) continue;
        const note = `line ${line}: ${image.registry}/${image.repository}:${image.tag ?? 'latest'}`;
        yield { from: imageRepositoryId(image), to: job.id, facts: [...run.facts], note };
      }
}
