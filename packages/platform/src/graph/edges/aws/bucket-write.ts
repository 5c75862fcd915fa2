import type { EdgeRule } from '@firebreak/contract';
import { grantEdges } from '../../aws/grants.ts';
import { closeToWorld, denyAction } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { bucketsToWrite } from '../../aws/things.ts';

/** Replacing an object needs no more than s3:PutObject: what is read from the bucket afterwards is the attacker’s. */
export default {
  label: 'BUCKET_WRITE',
  from: ['User', 'Role', 'Group', 'Principal'],
  to: ['BucketWrite'],
  needs: [...identityNeeds, 'aws.bucket', 'aws.kms-key'],
  techniques: ['T1565.001', 'AML.T0020'],
  traverse: 'seconds',
  explain: {
    what: 'Changes what lies in the bucket.',
    why: 'Its policies, the bucket’s and the organization’s together allow s3:PutObject.',
    cut: 'Take the permission away, or deny it in the bucket’s policy; switch versioning on.',
  },
  severedBy: ['aws.deny-permission', 'aws.quarantine-identity', 'aws.block-public-bucket'],
  derive: (estate) =>
    grantEdges(estate, {
      key: 'aws-buckets-write',
      label: 'writable buckets',
      action: 's3:PutObject',
      things: bucketsToWrite(estate),
      prefix: '',
      inside: true,
      keyAction: 'kms:GenerateDataKey',
    }),
  levers: (edge, estate) => [
    ...denyAction(edge, estate, { kind: 'aws.bucket', action: 's3:PutObject', inside: true }),
    ...closeToWorld(edge, estate),
  ],
} satisfies EdgeRule;
