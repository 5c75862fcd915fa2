import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { jobStops, restrictToken, stopJobs } from '../../github/levers.ts';
import { pushId, tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';

export default {
  label: 'TOKEN_CONTENTS',
  from: ['JobToken'],
  to: ['Push'],
  needs: ['github.workflow', 'github.actions-settings'],
  techniques: ['T1195.002', 'T1565.001'],
  traverse: 'seconds',
  explain: {
    what: 'Pushes to the repository with GITHUB_TOKEN.',
    why: 'The token has `contents: write`. It pushes anything but workflow files.',
    cut: 'Set `contents: read`, or protect the branches.',
  },
  severedBy: [...jobStops, 'github.restrict-workflow-token'],
  derive,
  levers: (edge, estate) => [...stopJobs(edge, estate), ...restrictToken(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, permissions, doubt, facts } of jobTokensOf(estate))
    if (permissions.access('contents') === 'write')
      yield { from: tokenId(job), to: pushId(job.repository), facts, ...doubt };
}
