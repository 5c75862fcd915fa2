import { escalation } from '../../aws/escalation.ts';
import { oneself } from '../../aws/targets.ts';
import iamPutUserPolicyCreateAccessKey from './iam-put-user-policy-create-access-key.ts';

export default escalation({
  label: 'IAM_PUT_USER_POLICY',
  pathfinding: 'iam-007',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Writes itself a policy, and holds the account.',
  why: 'The user may write inline policies of itself.',
  cut: 'Take iam:PutUserPolicy on itself from it, or bound it.',
  to: ['Privilege'],
  target: oneself('user'),
  steps: [{ action: 'iam:PutUserPolicy', on: 'self' }],
  coveredBy: [iamPutUserPolicyCreateAccessKey],
});
