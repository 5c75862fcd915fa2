import type { GraphNode, NodeRule } from '@firebreak/contract';
import { openThings } from '../../aws/thing-index.ts';
import { bucketsToRead, bucketsToWrite, secretThings } from '../../aws/things.ts';
import { anybodyId } from '../../aws/trust.ts';

/** Who needs no identity at all for what is open to the world. */
export default {
  kinds: ['Principal'],
  needs: ['aws.bucket', 'aws.secret'],
  *derive(estate): Generator<GraphNode> {
    const open = [
      ...openThings(bucketsToRead(estate), 's3:GetObject'),
      ...openThings(bucketsToWrite(estate), 's3:PutObject'),
      ...openThings(secretThings(estate), 'secretsmanager:GetSecretValue'),
    ];
    if (open.length === 0) return;
    const facts = [...new Set(open.map(({ fact }) => fact))];
    yield { id: anybodyId, kind: 'Principal', class: 'identity', name: 'anybody', facts, detail: { external: true } };
  },
} satisfies NodeRule;
