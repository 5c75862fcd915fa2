import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';

/**
 * The way back from BRANCH_CONTENT, for those of whom another system says only that they may write to the repository: a key in a
 * cluster, a tool of an agent. Whether they may push workflow files as well nobody says, so those stay out of reach.
 */
export default {
  label: 'REPOSITORY_BRANCH',
  from: ['Repository'],
  to: ['Branch'],
  needs: ['github.branch', 'github.repository', 'git.checkout'],
  techniques: ['T1195.002'],
  traverse: 'instant',
  explain: {
    what: 'Writes to the default branch.',
    why: 'Holding a repository means being able to write to it where it counts, which is its default branch.',
    cut: 'Cut the ways to the repository.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, repository, name, facts } of branchNodesOf(estate))
    if (name === repository.defaultBranch) yield { from: repository.id, to: id, facts };
}
