import { escalation } from '../../aws/escalation.ts';
import { rolesToRetrust, toRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_ATTACH_ROLE_POLICY_UPDATE_TRUST',
  pathfinding: 'iam-019',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Attaches AWS’s administrator policy to a role, writes itself into its trust policy and takes it.',
  why: 'It may attach policies to the role and write its trust policy.',
  cut: 'Take either right from it.',
  to: ['Role', 'Privilege'],
  target: toRaise(rolesToRetrust),
  steps: [
    { action: 'iam:AttachRolePolicy', on: 'role', attaches: true },
    { action: 'iam:UpdateAssumeRolePolicy', on: 'role' },
  ],
});
