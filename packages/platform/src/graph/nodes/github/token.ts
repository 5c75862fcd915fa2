import type { GraphNode, NodeRule } from '@firebreak/contract';
import { tokenId } from '../../github/powers.ts';
import { jobTokensOf } from '../../github/tokens.ts';

/** GITHUB_TOKEN of a job: good while the job runs. */
export default {
  kinds: ['JobToken'],
  needs: ['github.workflow', 'github.actions-settings'],
  *derive(estate): Generator<GraphNode> {
    for (const { job, words, permissions, facts } of jobTokensOf(estate))
      yield {
        id: tokenId(job),
        kind: 'JobToken',
        class: 'credential',
        name: `GITHUB_TOKEN of ${job.job.id}`,
        namespace: job.repository.name.path,
        facts,
        tenure: { lifetime: 'short-lived', access: 'just-in-time' },
        detail: { permissions: words, certain: permissions.certain },
      };
  },
} satisfies NodeRule;
