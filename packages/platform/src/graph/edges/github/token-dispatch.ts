import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { runsOwnFiles } from '../../github/foreign-code.ts';
import { jobsByRepository } from '../../github/jobs.ts';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { pushId, tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';

export default {
  label: 'TOKEN_DISPATCH',
  from: ['JobToken'],
  to: ['Job'],
  needs: ['github.workflow', 'github.actions-settings'],
  techniques: ['T1195.002', 'T1059'],
  traverse: 'minutes',
  explain: {
    what: 'Starts another workflow on a branch whose programs were changed before.',
    why: 'The token has `actions: write`, the holder may push, and the workflow can be started by hand and runs files of the branch.',
    cut: 'Set `actions: read`, and keep secrets behind environments that only protected branches enter.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, permissions, doubt, facts } of jobTokensOf(estate)) {
    if (permissions.access('actions') !== 'write') continue;
    const { repository } = job;
    // One hub for the repository: the jobs that can be started so do not depend on who starts them.
    yield {
      from: tokenId(job),
      with: [pushId(repository)],
      to: {
        key: `github-dispatch:${repository.id}`,
        label: `jobs of ${repository.name.path} that can be started by hand and run its files`,
        members: () =>
          (jobsByRepository(estate).get(repository.id) ?? [])
            .filter(
              (other) =>
                !other.isDisabled &&
                other.workflow.data.on.some(({ event }) => event === 'workflow_dispatch') &&
                other.runs.some((run) => runsOwnFiles(run) !== undefined),
            )
            .map((other) => ({ node: other.id, facts: [other.workflow.id] })),
      },
      facts,
      ...doubt,
    };
  }
}
