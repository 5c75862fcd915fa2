import { type DerivedEdge, type EdgeRule, type Estate, outsiderId } from '@firebreak/contract';
import { actionUses } from '../../github/action-uses.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { pinnedCommitOf } from '../../github/pinned-commits.ts';

export default {
  label: 'IMPOSTOR_ACTION',
  from: ['Outsider'],
  to: ['Job'],
  needs: ['github.workflow', 'github.action', 'github.actions-settings', 'github.pinned-commit'],
  techniques: ['T1195.001', 'T1036'],
  traverse: 'instant',
  explain: {
    what: 'Has a job run code out of a fork, under the name of the repository that was forked.',
    why: 'The job names a commit that no branch and no tag of the repository leads to: whoever made the fork wrote it.',
    cut: 'Name a commit of a release.',
  },
  aka: { cicd: 'CICD-SEC-3' },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, uses, line, facts } of actionUses(estate)) {
    const { host } = job.repository.name;
    const commit = pinnedCommitOf(estate, host, uses);
    if (commit?.data.own === false)
      yield {
        from: outsiderId(host),
        to: job.id,
        facts: [...facts, commit.id],
        likelihood: 0.8,
        note: `line ${line}: ${uses.text.value.trim()}; if the fork is a stranger's`,
      };
  }
}
