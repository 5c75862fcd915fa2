import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { publications } from '../../github/publications.ts';

export default {
  label: 'JOB_PUBLISH',
  from: ['Job'],
  to: ['Releases', 'Pages'],
  needs: ['github.workflow', 'github.action'],
  techniques: ['T1195.002', 'T1608.001'],
  traverse: 'minutes',
  explain: {
    what: 'Publishes a release or the site of the repository.',
    why: 'A step of the job does, and its token may.',
    cut: 'Keep strangers out of the job, and gate it by an environment.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, to, note, facts, likelihood } of publications(estate))
    yield { from: job.id, to, note, facts, likelihood };
}
