import { type DerivedEdge, type EdgeRule, type Estate, outsiderId } from '@firebreak/contract';
import { stopActions } from '../../github/levers.ts';
import { forkWorkflowId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

export default {
  label: 'OUTSIDER_FORK',
  from: ['Outsider'],
  to: ['ForkWorkflow'],
  needs: ['github.repository', 'github.actions-settings', 'github.workflow'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Runs a workflow of one’s own by a pull request from a fork.',
    why: 'The repository is public, and GitHub runs the workflow as the pull request has it.',
    cut: 'Ask for approval of every outside contributor, and keep self-hosted runners away from public repositories.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values()) {
    const { isPublic, settings, runsActions, facts, name } = repository;
    if (!runsActions || isPublic === false) continue;
    const policy = settings?.data.approval_policy;
    // Whoever had one typo corrected is no first-time contributor any more.
    const likelihood = policy === 'all_external_contributors' ? 0.2 : policy === 'first_time_contributors' ? 0.5 : 0.7;
    const notes = [
      policy === undefined ? 'whose pull requests wait for approval was not read' : `approval: ${policy}`,
      ...(isPublic === undefined ? ['if the repository is public, which was not read'] : []),
    ];
    yield {
      from: outsiderId(name.host),
      to: forkWorkflowId(repository),
      facts: [...facts, ...(settings === undefined ? [] : [settings.id])],
      likelihood: isPublic === undefined ? likelihood / 2 : likelihood,
      note: notes.join('; '),
    };
  }
}
