import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { stopActions } from '../../github/levers.ts';
import { contentId, forkWorkflowId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

export default {
  label: 'READER_FORK',
  from: ['RepositoryContent'],
  to: ['ForkWorkflow'],
  needs: ['github.repository', 'github.actions-settings'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Runs a workflow of one’s own by a pull request from a fork of a private repository.',
    why: 'Whoever may read may fork, and the settings run workflows of pull requests from forks.',
    cut: 'Switch off workflows from forks of private repositories.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values()) {
    const { api, settings, runsActions, facts } = repository;
    if (!runsActions || api === undefined || settings === undefined || api.data.visibility === 'public') continue;
    const forks = settings.data.fork_pr_private;
    if (!api.data.allow_forking || forks?.run_workflows_from_fork_pull_requests !== true) continue;
    const waits = forks.require_approval_for_fork_pr_workflows === true;
    yield {
      from: contentId(repository),
      to: forkWorkflowId(repository),
      facts: [...facts, settings.id],
      ...(waits ? { likelihood: 0.3, note: 'somebody who may write must approve the run' } : {}),
    };
  }
}
