import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';

/** Other branches are followed by whoever names them, and say so themselves. */
export default {
  label: 'BRANCH_CONTENT',
  from: ['Branch'],
  to: ['Repository'],
  needs: ['github.branch', 'github.repository', 'git.checkout'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'instant',
  explain: {
    what: 'Decides what everybody who follows the repository gets.',
    why: 'The branch is the default one.',
    cut: 'Cut the ways to the branch.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, repository, name, facts } of branchNodesOf(estate))
    if (name === repository.defaultBranch) yield { from: id, to: repository.id, facts };
}
