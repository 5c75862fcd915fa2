import type { GraphNode, NodeRule } from '@firebreak/contract';
import { placementsOf } from '../../github/runners.ts';

/** Machines of one's own that jobs run on; a pool where only its labels are known. */
export default {
  kinds: ['Runner', 'RunnerPool'],
  needs: ['github.runner', 'github.workflow'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('github.runner'))
      yield {
        id,
        kind: 'Runner',
        class: 'host',
        name: data.name,
        namespace: data.source,
        facts: [id],
        jewel: 'a host: root here owns every job on it',
        detail: {
          labels: data.labels.join(', '),
          ...(data.os === undefined ? {} : { os: data.os }),
          ...(data.ephemeral === undefined ? {} : { ephemeral: data.ephemeral }),
        },
      };
    for (const { job, machine } of placementsOf(estate))
      if (machine.runner === undefined)
        yield {
          id: machine.id,
          kind: 'RunnerPool',
          class: 'host',
          name: `runners with ${machine.name}`,
          namespace: job.repository.name.path,
          facts: machine.facts,
          jewel: 'a host: root here owns every job on it',
          detail: { labels: machine.name },
        };
  },
} satisfies NodeRule;
