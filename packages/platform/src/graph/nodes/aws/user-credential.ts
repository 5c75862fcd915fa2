import type { GraphNode, NodeRule } from '@firebreak/contract';
import { credentialsOf } from '../../aws/credentials.ts';

export default {
  kinds: ['AccessKey', 'LoginProfile'],
  needs: ['aws.user'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, kind, name, account, user, usable, created, lastUsed, service } of credentialsOf(estate))
      yield {
        id,
        kind,
        class: 'credential',
        name,
        namespace: account,
        facts: [user],
        tenure: {
          lifetime: 'static',
          access: 'standing',
          ...(created === undefined ? {} : { created }),
          ...(lastUsed === undefined ? {} : { lastUsed }),
        },
        detail: { active: usable, ...(service === undefined ? {} : { lastUsedService: service }) },
      };
  },
} satisfies NodeRule;
