import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { pushedImages } from '../../github/images.ts';
import { liveJobs } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { imageRepositoryId } from '../../names/image-reference.ts';

export default {
  label: 'JOB_IMAGE_PUSH',
  from: ['Job'],
  to: ['Repository'],
  needs: ['github.workflow', 'github.action'],
  techniques: ['T1195.002', 'T1525', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Pushes an image to the registry.',
    why: 'A step of the job pushes to this repository of the registry.',
    cut: 'Keep strangers out of the job, and have whatever runs the image ask for a signature.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of liveJobs(estate))
    for (const run of job.runs)
      for (const { image, step, likelihood, note } of pushedImages(job, run))
        yield { from: job.id, to: imageRepositoryId(image), facts: [...step.facts], likelihood, note };
}
