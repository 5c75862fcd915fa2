import { escalation } from '../../aws/escalation.ts';
import { rolesToRetrust } from '../../aws/targets.ts';
import iamAttachRolePolicyUpdateTrust from './iam-attach-role-policy-update-trust.ts';
import iamCreatePolicyVersionUpdateTrust from './iam-create-policy-version-update-trust.ts';
import iamPutRolePolicyUpdateTrust from './iam-put-role-policy-update-trust.ts';

export default escalation({
  label: 'IAM_UPDATE_ASSUME_ROLE_POLICY',
  pathfinding: 'iam-012',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Writes itself into the trust policy of a role and takes the role.',
  why: 'It may write the trust policy of the role; one that names it needs no further permission.',
  cut: 'Take iam:UpdateAssumeRolePolicy from it, or limit it to roles that are worth nothing.',
  to: ['Role'],
  target: rolesToRetrust,
  steps: [{ action: 'iam:UpdateAssumeRolePolicy', on: 'role' }],
  coveredBy: [iamAttachRolePolicyUpdateTrust, iamCreatePolicyVersionUpdateTrust, iamPutRolePolicyUpdateTrust],
});
