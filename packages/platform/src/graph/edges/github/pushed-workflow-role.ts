import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { cloudRoles } from '../../github/cloud-roles.ts';
import { stopActions } from '../../github/levers.ts';
import { presentedByPushed } from '../../github/oidc.ts';
import { pushedWorkflowId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

export default {
  label: 'PUSHED_WORKFLOW_ROLE',
  from: ['PushedWorkflow'],
  to: ['Role'],
  needs: [
    'github.repository',
    'github.branch',
    'github.environment',
    'github.actions-settings',
    'aws.role',
    'aws.oidc-provider',
  ],
  techniques: ['T1078.004', 'T1550.001'],
  traverse: 'seconds',
  explain: {
    what: 'Acts in the cloud as a role, by a workflow of one’s own.',
    why: 'GitHub signs a token for it, and the role’s trust policy lets in any branch, or an environment that any branch enters.',
    cut: 'Name a protected branch or a gated environment in the subject that the role trusts.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  if (estate.all('aws.role').length === 0) return;
  for (const repository of repositoriesOf(estate).values()) {
    if (!repository.runsActions) continue;
    for (const presented of presentedByPushed(estate, repository)) {
      const { subject, likelihood, note } = presented;
      for (const { role, decision, because, facts } of cloudRoles(estate, repository.name.host, presented))
        yield {
          from: pushedWorkflowId(repository),
          to: role,
          facts: [...repository.facts, ...facts],
          likelihood: decision === 'allow' ? likelihood : likelihood * 0.5,
          note: [subject, because, ...(note === undefined ? [] : [note])].join('; '),
        };
    }
  }
}
