import { escalation } from '../../aws/escalation.ts';
import { hasRoomForKey } from '../../aws/fits.ts';
import { otherUsers } from '../../aws/targets.ts';
import iamAttachUserPolicyCreateAccessKey from './iam-attach-user-policy-create-access-key.ts';
import iamDeleteCreateAccessKey from './iam-delete-create-access-key.ts';
import iamPutUserPolicyCreateAccessKey from './iam-put-user-policy-create-access-key.ts';

export default escalation({
  label: 'IAM_CREATE_ACCESS_KEY',
  pathfinding: 'iam-002',
  techniques: ['T1098.001'],
  traverse: 'seconds',
  what: 'Makes an access key of another user and acts as that user.',
  why: 'It may make access keys of that user.',
  cut: 'Limit iam:CreateAccessKey to its own user.',
  to: ['User'],
  target: otherUsers(hasRoomForKey),
  steps: [{ action: 'iam:CreateAccessKey', on: 'user' }],
  coveredBy: [iamAttachUserPolicyCreateAccessKey, iamDeleteCreateAccessKey, iamPutUserPolicyCreateAccessKey],
});
