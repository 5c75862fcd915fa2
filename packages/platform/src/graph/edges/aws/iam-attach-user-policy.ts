import { escalation } from '../../aws/escalation.ts';
import { oneself } from '../../aws/targets.ts';
import iamAttachUserPolicyCreateAccessKey from './iam-attach-user-policy-create-access-key.ts';

export default escalation({
  label: 'IAM_ATTACH_USER_POLICY',
  pathfinding: 'iam-008',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Attaches itself AWS’s administrator policy, and holds the account.',
  why: 'The user may attach policies to itself.',
  cut: 'Take iam:AttachUserPolicy on itself from it, limit which policies it may attach, or bound it.',
  to: ['Privilege'],
  target: oneself('user'),
  steps: [{ action: 'iam:AttachUserPolicy', on: 'self', attaches: true }],
  coveredBy: [iamAttachUserPolicyCreateAccessKey],
});
