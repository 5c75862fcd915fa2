import { escalation } from '../../aws/escalation.ts';
import { oneself } from '../../aws/targets.ts';
import iamPutRolePolicyAssume from './iam-put-role-policy-assume.ts';
import iamPutRolePolicyUpdateTrust from './iam-put-role-policy-update-trust.ts';

export default escalation({
  label: 'IAM_PUT_ROLE_POLICY',
  pathfinding: 'iam-005',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Writes itself a policy, and holds the account.',
  why: 'The role may write inline policies of itself.',
  cut: 'Take iam:PutRolePolicy on itself from it, or bound it.',
  to: ['Privilege'],
  target: oneself('role'),
  steps: [{ action: 'iam:PutRolePolicy', on: 'self' }],
  coveredBy: [iamPutRolePolicyAssume, iamPutRolePolicyUpdateTrust],
});
