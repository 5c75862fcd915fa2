import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { stopActions } from '../../github/levers.ts';
import { forkWorkflowId, pushedWorkflowId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

/** Secrets and tokens are two switches; with secrets alone the token is the lesser part, and the edge says so. */
export default {
  label: 'FORK_TRUST',
  from: ['ForkWorkflow'],
  to: ['PushedWorkflow'],
  needs: ['github.repository', 'github.actions-settings'],
  techniques: ['T1552', 'T1528'],
  traverse: 'instant',
  explain: {
    what: 'Has in a pull request from a fork what workflows of the repository have.',
    why: 'The settings send secrets and write tokens to workflows from forks.',
    cut: 'Switch off sending secrets and write tokens to workflows from forks.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values()) {
    const forks = repository.settings?.data.fork_pr_private;
    // A setting of private repositories: public ones never send either.
    if (repository.settings === undefined || repository.isPublic !== false || !repository.runsActions) continue;
    if (forks?.send_secrets_and_variables !== true) continue;
    yield {
      from: forkWorkflowId(repository),
      to: pushedWorkflowId(repository),
      facts: [repository.settings.id, ...repository.facts],
      note: forks.send_write_tokens_to_workflows === true ? 'secrets and write tokens are sent' : 'secrets are sent',
    };
  }
}
