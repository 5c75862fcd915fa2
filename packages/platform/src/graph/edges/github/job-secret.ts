import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { liveJobs } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { secretUses } from '../../github/secrets.ts';

export default {
  label: 'JOB_SECRET',
  from: ['Job'],
  to: ['Secret', 'EnvironmentSecret', 'OrganizationSecret'],
  needs: ['github.workflow', 'github.action', 'github.secret', 'github.environment'],
  techniques: ['T1552', 'AML.T0055'],
  traverse: 'instant',
  explain: {
    what: 'Reads a secret that the job is given.',
    why: 'The workflow names the secret in the job, hands it to the workflow that it calls, or hands on all of them.',
    cut: 'Keep strangers out of the job, put the secret behind an environment with reviewers, and rotate it.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const job of liveJobs(estate))
    for (const { secret, note, likelihood, facts } of secretUses(estate, job))
      yield { from: job.id, to: secret.node, note, likelihood, facts };
}
