import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { stopActions } from '../../github/levers.ts';
import { pushedWorkflowId, workflowWriteId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

export default {
  label: 'WORKFLOW_PUSH',
  from: ['WorkflowWrite'],
  to: ['PushedWorkflow'],
  needs: ['github.repository', 'github.actions-settings', 'github.workflow'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Pushes a workflow of one’s own to a new branch and has it run.',
    why: 'A push to any branch runs the workflows that are on that branch.',
    cut: 'Take away write access, or keep secrets and roles behind environments that only protected branches enter.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values())
    if (repository.runsActions)
      yield {
        from: workflowWriteId(repository),
        to: pushedWorkflowId(repository),
        facts: [...repository.facts, ...(repository.settings === undefined ? [] : [repository.settings.id])],
        ...(repository.settings?.data.enabled === undefined
          ? { likelihood: 0.9, note: 'whether Actions are on was not read' }
          : {}),
      };
}
