import { type DerivedEdge, type EdgeRule, type Estate, outsiderId } from '@firebreak/contract';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { outsiderWays } from '../../github/outsiders.ts';

/** Only where the job runs what the stranger wrote: an event that they cause is no edge by itself. See graph/github/outsiders.ts. */
export default {
  label: 'OUTSIDER_JOB',
  from: ['Outsider'],
  to: ['Job'],
  needs: ['github.workflow', 'github.action', 'github.repository', 'github.environment', 'github.actions-settings'],
  techniques: ['T1195.002', 'T1059', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Has a job of the repository run a program of one’s own, by an issue, a comment or a pull request.',
    why: 'An event that anybody can cause starts the job with the repository’s rights, and the job runs what came with the event.',
    cut: 'Take the text into an environment variable, never check out a stranger’s commit in a privileged job, or disable the workflow.',
  },
  aka: { cicd: 'CICD-SEC-4' },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, host, likelihood, note, facts } of outsiderWays(estate))
    yield { from: outsiderId(host), to: job, likelihood, note, facts };
}
