import { escalation } from '../../aws/escalation.ts';
import { stackSets } from '../../aws/resources-with-roles.ts';
import { stackSetRoles } from '../../aws/targets.ts';

export default escalation({
  label: 'CLOUDFORMATION_UPDATE_STACK_SET',
  pathfinding: 'cloudformation-004',
  techniques: ['T1072', 'T1548.005'],
  what: 'Has CloudFormation change what a stack set made, as its execution role.',
  why: 'It may pass the role to a service that the role trusts, and change a stack set.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: stackSetRoles,
  exists: [stackSets],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'cloudformation:UpdateStackSet', on: stackSets.shape },
  ],
});
