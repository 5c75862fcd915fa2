import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'APPRUNNER_CREATE_SERVICE',
  pathfinding: 'apprunner-001',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs code of its own as a role, in a new App Runner service.',
  why: 'It may pass the role to a service that the role trusts, and make App Runner services.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['tasks.apprunner.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'apprunner:CreateService', on: 'arn:*:apprunner:*:*:service/*/*' },
  ],
});
