import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'LAMBDA_CREATE_FUNCTION_EVENT_SOURCE',
  pathfinding: 'lambda-002',
  techniques: ['T1648', 'T1546'],
  what: 'Runs code of its own as a role, in a new function that a stream or queue starts.',
  why: 'It may pass the role to a service that the role trusts, and make functions and tie them to event sources.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['lambda.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'lambda:CreateFunction', on: 'arn:*:lambda:*:*:function:*' },
    { action: 'lambda:CreateEventSourceMapping', on: '*' },
  ],
});
