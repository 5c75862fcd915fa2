import { escalation } from '../../aws/escalation.ts';
import { rolesToRetrust, withPolicies } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_CREATE_POLICY_VERSION_UPDATE_TRUST',
  pathfinding: 'iam-020',
  techniques: ['T1098.003', 'T1548.005'],
  traverse: 'seconds',
  what: 'Writes the policy of a role anew, writes itself into its trust policy and takes it.',
  why: 'It may make new versions of a policy that the role has, and write the role’s trust policy.',
  cut: 'Take either right from it.',
  to: ['Role', 'Privilege'],
  target: withPolicies(rolesToRetrust),
  steps: [
    { action: 'iam:CreatePolicyVersion', on: 'policy' },
    { action: 'iam:UpdateAssumeRolePolicy', on: 'role' },
  ],
});
