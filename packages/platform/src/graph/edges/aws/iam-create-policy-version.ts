import { escalation } from '../../aws/escalation.ts';
import { ownPolicies } from '../../aws/targets.ts';
import iamCreatePolicyVersionAssume from './iam-create-policy-version-assume.ts';
import iamCreatePolicyVersionUpdateTrust from './iam-create-policy-version-update-trust.ts';

export default escalation({
  label: 'IAM_CREATE_POLICY_VERSION',
  pathfinding: 'iam-001',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Writes a policy that speaks for it anew, and holds the account.',
  why: 'It may make new versions of a policy that is attached to it.',
  cut: 'Take iam:CreatePolicyVersion from it, or limit it to policies that nobody powerful has.',
  to: ['Privilege'],
  target: ownPolicies,
  steps: [{ action: 'iam:CreatePolicyVersion', on: 'policy' }],
  coveredBy: [iamCreatePolicyVersionAssume, iamCreatePolicyVersionUpdateTrust],
});
