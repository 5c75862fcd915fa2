import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';
import { pushRuleOf } from '../../github/branches.ts';
import { closeBranch } from '../../github/levers.ts';
import { pushId } from '../../github/powers.ts';
import { repositoriesOf } from '../../github/repositories.ts';

/** A branch that asks for approvals is no edge: that takes two. A pull request that needs none is merged by who opened it. */
export default {
  label: 'BRANCH_PUSH',
  from: ['Push'],
  to: ['Branch', 'Repository'],
  needs: ['github.branch', 'github.ruleset', 'github.repository', 'git.checkout'],
  techniques: ['T1195.002', 'T1565.001'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes to a branch.',
    why: 'Nothing keeps those who may write from this branch, or what does was not read.',
    cut: 'Protect the branch: a pull request with an approval of somebody else.',
  },
  severedBy: ['github.require-review', 'github.lock-branch'],
  derive,
  levers: closeBranch,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, repository, fact, facts } of branchNodesOf(estate)) {
    const from = pushId(repository);
    if (fact === undefined)
      yield { from, to: id, facts, likelihood: 0.5, note: 'whether it is protected was not read' };
    else {
      const { likelihood, note } = pushRuleOf(fact.data);
      if (likelihood > 0) yield { from, to: id, facts, likelihood, ...(note === undefined ? {} : { note }) };
    }
  }
  // Whatever the default branch is called, those who may write may be able to write to it.
  for (const repository of repositoriesOf(estate).values())
    if (repository.defaultBranch === undefined)
      yield {
        from: pushId(repository),
        to: repository.id,
        facts: repository.facts,
        likelihood: 0.5,
        note: 'which branch is the default, and whether it is protected, was not read',
      };
}
