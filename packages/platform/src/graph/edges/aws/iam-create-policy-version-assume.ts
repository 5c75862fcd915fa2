import { escalation } from '../../aws/escalation.ts';
import { rolesToAssume, withPolicies } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_CREATE_POLICY_VERSION_ASSUME',
  pathfinding: 'iam-016',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Writes the policy of a role anew and takes the role.',
  why: 'It may make new versions of a policy that the role has, and assume the role.',
  cut: 'Take iam:CreatePolicyVersion from it, or limit it to policies that nobody powerful has.',
  to: ['Role', 'Privilege'],
  target: withPolicies(rolesToAssume),
  steps: [
    { action: 'iam:CreatePolicyVersion', on: 'policy' },
    { action: 'sts:AssumeRole', on: 'role', ownSide: true },
  ],
});
