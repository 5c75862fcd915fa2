import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { denyProvider } from '../../aws/levers.ts';
import { cloudRoles } from '../../github/cloud-roles.ts';
import { liveJobs } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { presentedBy } from '../../github/oidc.ts';

/** One edge for each role, by the likeliest subject; the graph keeps the others’ facts. */
export default {
  label: 'JOB_CLOUD_ROLE',
  from: ['Job'],
  to: ['Role'],
  needs: ['github.workflow', 'github.actions-settings', 'github.environment', 'aws.role', 'aws.oidc-provider'],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Acts in the cloud as a role.',
    why: 'GitHub signs a token for the job, and the role’s trust policy lets its subject in.',
    cut: 'Name the environment or the protected branch in the subject that the role trusts.',
  },
  severedBy: ['aws.cut-trust', ...jobStops],
  derive,
  levers: (edge, estate) => [...denyProvider(edge, estate), ...stopJobs(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  if (estate.all('aws.role').length === 0) return;
  for (const job of liveJobs(estate)) {
    const { repository } = job;
    for (const run of job.runs) {
      if (run.permissions.access('id-token') !== 'write') continue;
      for (const presented of presentedBy(estate, job, run)) {
        const { subject, likelihood, note } = presented;
        for (const { role, decision, because, facts } of cloudRoles(estate, repository.name.host, presented))
          yield {
            from: job.id,
            to: role,
            facts: [...run.facts, ...facts, ...(repository.settings === undefined ? [] : [repository.settings.id])],
            likelihood: decision === 'allow' ? likelihood : likelihood * 0.5,
            note: [subject, because, ...(note === undefined ? [] : [note])].join('; '),
          };
      }
    }
  }
}
