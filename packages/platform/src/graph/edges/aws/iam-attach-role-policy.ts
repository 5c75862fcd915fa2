import { escalation } from '../../aws/escalation.ts';
import { oneself } from '../../aws/targets.ts';
import iamAttachRolePolicyAssume from './iam-attach-role-policy-assume.ts';
import iamAttachRolePolicyUpdateTrust from './iam-attach-role-policy-update-trust.ts';

export default escalation({
  label: 'IAM_ATTACH_ROLE_POLICY',
  pathfinding: 'iam-009',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Attaches itself AWS’s administrator policy, and holds the account.',
  why: 'The role may attach policies to itself.',
  cut: 'Take iam:AttachRolePolicy on itself from it, limit which policies it may attach, or bound it.',
  to: ['Privilege'],
  target: oneself('role'),
  steps: [{ action: 'iam:AttachRolePolicy', on: 'self', attaches: true }],
  coveredBy: [iamAttachRolePolicyAssume, iamAttachRolePolicyUpdateTrust],
});
