import { escalation } from '../../aws/escalation.ts';
import { rolesToAssume, toRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_ATTACH_ROLE_POLICY_ASSUME',
  pathfinding: 'iam-014',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Attaches AWS’s administrator policy to a role and takes the role.',
  why: 'It may attach policies to the role and assume it.',
  cut: 'Take iam:AttachRolePolicy from it, or limit which policies it may attach.',
  to: ['Role', 'Privilege'],
  target: toRaise(rolesToAssume),
  steps: [
    { action: 'iam:AttachRolePolicy', on: 'role', attaches: true },
    { action: 'sts:AssumeRole', on: 'role', ownSide: true },
  ],
});
