import { escalation } from '../../aws/escalation.ts';
import { rolesToRetrust, toRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_PUT_ROLE_POLICY_UPDATE_TRUST',
  pathfinding: 'iam-021',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Writes a policy for a role, writes itself into its trust policy and takes it.',
  why: 'It may write inline policies of the role and its trust policy.',
  cut: 'Take either right from it.',
  to: ['Role', 'Privilege'],
  target: toRaise(rolesToRetrust),
  steps: [
    { action: 'iam:PutRolePolicy', on: 'role' },
    { action: 'iam:UpdateAssumeRolePolicy', on: 'role' },
  ],
});
