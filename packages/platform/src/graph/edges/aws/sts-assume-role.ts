import { escalation } from '../../aws/escalation.ts';
import { rolesToAssume } from '../../aws/targets.ts';
import iamAttachRolePolicyAssume from './iam-attach-role-policy-assume.ts';
import iamCreatePolicyVersionAssume from './iam-create-policy-version-assume.ts';
import iamPutRolePolicyAssume from './iam-put-role-policy-assume.ts';

export default escalation({
  label: 'STS_ASSUME_ROLE',
  pathfinding: 'sts-001',
  techniques: ['T1548.005', 'T1550.001'],
  traverse: 'seconds',
  what: 'Takes a role.',
  why: 'It may assume the role, and the role trusts it.',
  cut: 'Take it out of the role’s trust policy, or sts:AssumeRole on the role from it.',
  to: ['Role'],
  target: rolesToAssume,
  steps: [{ action: 'sts:AssumeRole', on: 'role', ownSide: true }],
  coveredBy: [iamAttachRolePolicyAssume, iamCreatePolicyVersionAssume, iamPutRolePolicyAssume],
});
