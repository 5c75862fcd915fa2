import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'LAMBDA_CREATE_FUNCTION_ADD_PERMISSION',
  pathfinding: 'lambda-006',
  techniques: ['T1648', 'T1548.005'],
  what: 'Runs code of its own as a role, in a new function that it lets itself call.',
  why: 'It may pass the role to a service that the role trusts, and make functions and write their policies.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['lambda.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'lambda:CreateFunction', on: 'arn:*:lambda:*:*:function:*' },
    { action: 'lambda:AddPermission', on: 'arn:*:lambda:*:*:function:*' },
  ],
});
