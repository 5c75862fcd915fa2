import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'CLOUDFORMATION_CREATE_STACK',
  pathfinding: 'cloudformation-001',
  techniques: ['T1072', 'T1548.005'],
  what: 'Has CloudFormation make whatever a template of its own says, as a role.',
  why: 'It may pass the role to a service that the role trusts, and make stacks.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['cloudformation.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'cloudformation:CreateStack', on: 'arn:*:cloudformation:*:*:stack/*/*' },
  ],
});
