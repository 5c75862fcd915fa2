import { escalation } from '../../aws/escalation.ts';
import { rolesToAssume, toRaise } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_PUT_ROLE_POLICY_ASSUME',
  pathfinding: 'iam-017',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Writes a policy for a role and takes the role.',
  why: 'It may write inline policies of the role and assume it.',
  cut: 'Take iam:PutRolePolicy from it.',
  to: ['Role', 'Privilege'],
  target: toRaise(rolesToAssume),
  steps: [
    { action: 'iam:PutRolePolicy', on: 'role' },
    { action: 'sts:AssumeRole', on: 'role', ownSide: true },
  ],
});
