import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { branchNodesOf } from '../../github/branch-nodes.ts';
import { runsOwnFiles } from '../../github/foreign-code.ts';
import { jobsByRepository } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { runsFromBranch } from '../../github/triggers.ts';

/** The way of those who may push but not touch workflow files: GITHUB_TOKEN above all. */
export default {
  label: 'JOB_CONTENT',
  from: ['Branch'],
  to: ['Job'],
  needs: ['github.workflow', 'github.action', 'github.branch', 'github.repository'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Changes a program of the repository that the job runs.',
    why: 'The job checks out the branch and runs something out of it.',
    cut: 'Protect the branch.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id: from, repository, name, facts } of branchNodesOf(estate)) {
    if (!repository.runsActions) continue;
    for (const job of jobsByRepository(estate).get(repository.id) ?? []) {
      if (job.isDisabled || !runsFromBranch(job.workflow.data.on, repository, name)) continue;
      const what = job.runs.map(runsOwnFiles).find((each) => each !== undefined);
      if (what !== undefined)
        yield { from, to: job.id, facts: [job.workflow.id, ...facts], likelihood: what.likelihood, note: what.note };
    }
  }
}
