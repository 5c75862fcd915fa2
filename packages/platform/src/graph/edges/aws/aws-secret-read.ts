import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { secretThings } from '../../aws/things.ts';

/** A secret under a customer’s key needs the key as well, for the same identity. */
export default {
  label: 'AWS_SECRET_READ',
  from: ['User', 'Role', 'Group'],
  to: ['Secret'],
  needs: [...identityNeeds, 'aws.secret', 'aws.kms-key'],
  techniques: ['T1555.006', 'T1552'],
  traverse: 'seconds',
  explain: {
    what: 'Reads the secret from Secrets Manager.',
    why: 'Its policies, the secret’s and the organization’s together allow secretsmanager:GetSecretValue.',
    cut: 'Take the permission away, then rotate what it could read.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-secrets',
      label: 'secrets',
      action: 'secretsmanager:GetSecretValue',
      things: secretThings(estate),
      prefix: 'secret:',
      keyAction: 'kms:Decrypt',
    }),
  levers: (edge, estate) => denyAction(edge, estate, { kind: 'aws.secret', action: 'secretsmanager:GetSecretValue' }),
} satisfies EdgeRule;
