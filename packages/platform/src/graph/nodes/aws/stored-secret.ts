import type { GraphNode, NodeRule } from '@firebreak/contract';
import { resourceNode } from '../../aws/resource-node.ts';

/** Secrets, parameters and keys. A plain parameter is a setting; one that is encrypted is a secret. */
export default {
  kinds: ['Secret', 'Parameter', 'KmsKey'],
  needs: ['aws.secret', 'aws.parameter', 'aws.kms-key'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('aws.secret'))
      yield resourceNode({
        id,
        class: 'credential',
        name: data.Name,
        fact: id,
        arn: data.Arn,
        tags: data.Tags,
        jewel: 'a secret: whoever reads it can use it elsewhere',
        tenure: {
          lifetime: data.RotationEnabled === true ? 'short-lived' : 'static',
          created: data.LastRotatedDate ?? data.LastChangedDate ?? data.CreatedDate,
          lastUsed: data.LastAccessedDate,
        },
        detail: { rotation: data.RotationEnabled },
      });
    for (const { id, data } of estate.all('aws.parameter')) {
      const secret = data.Type === 'SecureString';
      yield resourceNode({
        id,
        class: secret ? 'credential' : 'inventory',
        name: data.Name,
        fact: id,
        arn: data.Arn,
        tags: data.Tags,
        jewel: secret ? 'a secret: whoever reads it can use it elsewhere' : undefined,
        tenure: secret ? { lifetime: 'static', created: data.LastModifiedDate } : {},
        detail: { type: data.Type },
      });
    }
    for (const { id, data } of estate.all('aws.kms-key')) {
      if (data.KeyManager === 'AWS') continue;
      yield resourceNode({
        id,
        class: 'credential',
        name: data.Aliases[0]?.replace(/^alias\//, '') ?? data.KeyId,
        fact: id,
        arn: data.Arn,
        tags: data.Tags,
        jewel:
          data.KeyState === 'Enabled' || data.KeyState === undefined
            ? 'a key: what it encrypts is open to whoever holds it'
            : undefined,
        tenure: { lifetime: 'static', created: data.CreationDate },
        detail: { state: data.KeyState, usage: data.KeyUsage },
      });
    }
  },
} satisfies NodeRule;
