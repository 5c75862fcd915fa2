import { escalation } from '../../aws/escalation.ts';
import { ownGroups } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_ATTACH_GROUP_POLICY',
  pathfinding: 'iam-010',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Attaches AWS’s administrator policy to a group that it is in, and holds the account.',
  why: 'The user may attach policies to its group.',
  cut: 'Take iam:AttachGroupPolicy from it, or limit which policies it may attach.',
  to: ['Privilege'],
  target: ownGroups,
  steps: [{ action: 'iam:AttachGroupPolicy', on: 'group', attaches: true }],
});
