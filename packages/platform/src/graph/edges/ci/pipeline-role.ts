import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { rolesForWebIdentity } from '../../aws/federation.ts';
import { gitlabSubjects } from '../../ci/gitlab-oidc.ts';
import { pipelineJobs } from '../../ci/pipelines.ts';

/** Only GitLab’s: the issuers of other systems hold an organization’s number, which no file tells. */
export default {
  label: 'PIPELINE_ROLE',
  from: ['Job'],
  to: ['Role'],
  needs: ['ci.pipeline', 'git.checkout', 'aws.role', 'aws.oidc-provider'],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Acts in the cloud as a role.',
    why: 'GitLab signs a token for the job, and the role’s trust policy lets its subject in.',
    cut: 'Name a protected branch in the subject that the role trusts.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  if (estate.all('aws.role').length === 0) return;
  for (const job of pipelineJobs(estate)) {
    if (job.pipeline.data.system !== 'gitlab-ci') continue;
    for (const { name, audiences } of job.job.idTokens)
      for (const audience of audiences)
        for (const { subject, claims, likelihood, note } of gitlabSubjects(estate, job)) {
          const identity = { issuer: job.repository.host, subject, audience, claims };
          for (const { role, decision, because, facts } of rolesForWebIdentity(estate, identity))
            yield {
              from: job.id,
              to: role,
              facts: [...job.facts, ...facts],
              likelihood: decision === 'allow' ? likelihood : likelihood * 0.5,
              note: [name, subject, because, ...(note === undefined ? [] : [note])].join('; '),
            };
        }
  }
}
