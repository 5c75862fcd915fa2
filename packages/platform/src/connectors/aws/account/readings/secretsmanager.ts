import { textAt } from '../../../../intake/foreign.ts';
import { policyDocument } from '../../policy-text.ts';
import type { Reading } from '../desk.ts';
import { tagsOf } from '../shapes.ts';

/** Never `GetSecretValue`: the role that we print does not even allow it. */
export default {
  service: 'secretsmanager',
  where: 'region',
  kinds: ['aws.secret'],
  operations: { ListSecrets: 'secretsmanager:ListSecrets', GetResourcePolicy: 'secretsmanager:GetResourcePolicy' },
  async *read(desk) {
    const { items, locator } = await desk.list('ListSecrets', 'SecretList');
    yield* desk.each(items, async (secret) => {
      const name = textAt(secret, 'Name') ?? '';
      const policy = await desk.get('GetResourcePolicy', { SecretId: textAt(secret, 'ARN') ?? name }, name);
      const data = {
        ...secret,
        Arn: secret.ARN,
        Policy: policyDocument(policy?.ResourcePolicy),
        Tags: tagsOf(secret.Tags),
      };
      return desk.fact('aws.secret', secret.ARN, data, locator);
    });
  },
} satisfies Reading;
