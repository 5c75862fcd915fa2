import { escalation } from '../../aws/escalation.ts';
import { ownGroups } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_PUT_GROUP_POLICY',
  pathfinding: 'iam-011',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Writes a policy for a group that it is in, and holds the account.',
  why: 'The user may write inline policies of its group.',
  cut: 'Take iam:PutGroupPolicy from it.',
  to: ['Privilege'],
  target: ownGroups,
  steps: [{ action: 'iam:PutGroupPolicy', on: 'group' }],
});
