import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';
import { pushId, repositoryAdminId, workflowWriteId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

/** A ruleset of the organization is out of an administrator’s reach, which the facts about branches do not tell apart: the cautious reading. */
export default {
  label: 'REPOSITORY_ADMIN',
  from: ['RepositoryAdmin'],
  to: ['Push', 'WorkflowWrite', 'Branch'],
  needs: ['github.repository', 'github.branch'],
  techniques: ['T1098', 'T1222'],
  traverse: 'seconds',
  explain: {
    what: 'Administers the repository: writes to it and takes its protections away.',
    why: 'An administrator may change every setting.',
    cut: 'Take the role away, and manage protections by rulesets of the organization.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const repository of repositoriesOf(estate).values()) {
    if (repository.api === undefined) continue;
    const from = repositoryAdminId(repository);
    yield { from, to: pushId(repository), facts: repository.facts };
    yield { from, to: workflowWriteId(repository), facts: repository.facts };
  }
  // Also of a branch that nothing protects: else protecting it would look like a cut.
  for (const { id: to, repository, fact, facts } of branchNodesOf(estate))
    if (repository.api !== undefined)
      yield {
        from: repositoryAdminId(repository),
        to,
        facts,
        ...(fact?.data.protected === true ? { note: 'after taking the protection away' } : {}),
      };
}
