import { escalation } from '../../aws/escalation.ts';
import { stackSetRoles } from '../../aws/targets.ts';

export default escalation({
  label: 'CLOUDFORMATION_CREATE_STACK_SET',
  pathfinding: 'cloudformation-003',
  techniques: ['T1072', 'T1548.005'],
  what: 'Has CloudFormation make whatever a template of its own says, as the execution role of a new stack set.',
  why: 'It may pass the role to a service that the role trusts, and make stack sets and their instances.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: stackSetRoles,
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'cloudformation:CreateStackSet', on: '*' },
    { action: 'cloudformation:CreateStackInstances', on: 'arn:*:cloudformation:*:*:stackset/*:*' },
  ],
});
