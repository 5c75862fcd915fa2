import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { closeToWorld, denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { bucketsToRead } from '../../aws/things.ts';

/** Some objects of the bucket are enough; which ones is in the note. */
export default {
  label: 'BUCKET_READ',
  from: ['User', 'Role', 'Group', 'Principal'],
  to: ['Bucket'],
  needs: [...identityNeeds, 'aws.bucket', 'aws.kms-key'],
  techniques: ['T1530', 'AML.T0025'],
  traverse: 'seconds',
  explain: {
    what: 'Reads what lies in the bucket.',
    why: 'Its policies, the bucket’s and the organization’s together allow s3:GetObject.',
    cut: 'Take the permission away, or deny it in the bucket’s policy.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity', 'aws.block-public-bucket'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-buckets',
      label: 'buckets',
      action: 's3:GetObject',
      things: bucketsToRead(estate),
      prefix: '',
      inside: true,
      keyAction: 'kms:Decrypt',
    }),
  levers: (edge, estate) => [
    ...denyAction(edge, estate, { kind: 'aws.bucket', action: 's3:GetObject', inside: true }),
    ...closeToWorld(edge, estate),
  ],
} satisfies EdgeRule;
