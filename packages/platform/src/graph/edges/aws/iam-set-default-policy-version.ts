import { escalation } from '../../aws/escalation.ts';
import { otherVersions } from '../../aws/targets.ts';

/** Not at pathfinding.cloud. All versions of a policy are told, so an edge says that one of them does give the account. */
export default escalation({
  label: 'IAM_SET_DEFAULT_POLICY_VERSION',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Puts an earlier version of a policy that speaks for it into force, and holds the account.',
  why: 'It may choose the version of a policy that is attached to it, and one of them gives everything.',
  cut: 'Delete the earlier versions, or take iam:SetDefaultPolicyVersion from it.',
  to: ['Privilege'],
  target: otherVersions,
  steps: [{ action: 'iam:SetDefaultPolicyVersion', on: 'policy' }],
});
