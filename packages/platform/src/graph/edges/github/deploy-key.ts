import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { removeKey } from '../../github/levers.ts';
import { contentId, pushId, workflowWriteId } from '../../github/powers.ts';
import { repositoryOf } from '../../github/repositories.ts';

export default {
  label: 'DEPLOY_KEY',
  from: ['DeployKey'],
  to: ['Push', 'WorkflowWrite', 'RepositoryContent'],
  needs: ['github.deploy-key', 'github.repository'],
  techniques: ['T1552.004', 'T1195.002'],
  traverse: 'instant',
  explain: {
    what: 'Uses a deploy key of the repository.',
    why: 'The key opens the repository, for reading or also for writing.',
    cut: 'Delete the key.',
  },
  severedBy: ['github.remove-deploy-key'],
  derive,
  levers: removeKey,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, data } of estate.all('github.deploy-key')) {
    const repository = repositoryOf(estate, data.repository);
    if (repository === undefined) continue;
    if (!data.read_only) {
      yield { from, to: pushId(repository), facts: [from] };
      yield { from, to: workflowWriteId(repository), facts: [from] };
    }
    if (repository.isPublic === false) yield { from, to: contentId(repository), facts: [from] };
  }
}
