import type { GraphNode, NodeRule } from '@firebreak/contract';
import { publications } from '../../github/publications.ts';

/** Releases and sites that jobs publish: what the world takes from the repository. */
export default {
  kinds: ['Releases', 'Pages'],
  needs: ['github.workflow'],
  *derive(estate): Generator<GraphNode> {
    for (const { job, to, channel, facts } of publications(estate))
      yield {
        id: to,
        kind: channel,
        class: 'update-channel',
        name: `${channel.toLowerCase()} of ${job.repository.name.path}`,
        namespace: job.repository.name.path,
        facts,
      };
  },
} satisfies NodeRule;
