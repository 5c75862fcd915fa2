import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';
import { jobsByRepository } from '../../github/jobs.ts';
import { stopActions } from '../../github/levers.ts';
import { workflowWriteId } from '../../github/powers.ts';
import { runsFromBranch } from '../../github/triggers.ts';

export default {
  label: 'WORKFLOW_EDIT',
  from: ['Branch'],
  to: ['Job'],
  needs: ['github.workflow', 'github.branch', 'github.repository'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Rewrites the workflow, and with it what its jobs do.',
    why: 'The workflow runs as it stands on the branch, and the holder may push workflow files to it.',
    cut: 'Protect the branch, and have .github/workflows owned by somebody else in CODEOWNERS.',
  },
  severedBy: ['github.disable-actions'],
  derive,
  levers: stopActions,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, repository, name, facts } of branchNodesOf(estate)) {
    if (!repository.runsActions) continue;
    for (const job of jobsByRepository(estate).get(repository.id) ?? [])
      if (runsFromBranch(job.workflow.data.on, repository, name))
        yield {
          from,
          with: [workflowWriteId(repository)],
          to: job.id,
          facts: [job.workflow.id, ...facts],
          // Whoever may write may also enable it, so disabling is no cut here.
          ...(job.isDisabled ? { likelihood: 0.8, note: 'after enabling the workflow again' } : {}),
        };
  }
}
