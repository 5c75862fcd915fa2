import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { jobStops, stopJobs } from '../../github/levers.ts';
import { tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';

export default {
  label: 'JOB_TOKEN',
  from: ['Job'],
  to: ['JobToken'],
  needs: ['github.workflow', 'github.actions-settings'],
  techniques: ['T1528', 'T1552.001'],
  traverse: 'instant',
  explain: {
    what: 'Holds the job’s GITHUB_TOKEN.',
    why: 'GitHub hands every job a token with the rights that the workflow or the repository’s default gives it.',
    cut: 'Give the job `permissions` with what it needs and no more.',
  },
  severedBy: [...jobStops],
  derive,
  levers: stopJobs,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { job, words, facts } of jobTokensOf(estate)) yield { from: job.id, to: tokenId(job), facts, note: words };
}
