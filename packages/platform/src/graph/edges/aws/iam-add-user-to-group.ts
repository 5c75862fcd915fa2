import { escalation } from '../../aws/escalation.ts';
import { otherGroups } from '../../aws/targets.ts';

export default escalation({
  label: 'IAM_ADD_USER_TO_GROUP',
  pathfinding: 'iam-013',
  techniques: ['T1098.003'],
  traverse: 'seconds',
  what: 'Adds itself to a group and holds what the group holds.',
  why: 'The user may add users to the group.',
  cut: 'Take iam:AddUserToGroup from it, or limit it to groups that are worth nothing.',
  to: ['Group'],
  target: otherGroups,
  steps: [{ action: 'iam:AddUserToGroup', on: 'group' }],
});
