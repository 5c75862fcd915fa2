import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_CREATE_JOB_TRIGGER',
  pathfinding: 'glue-004',
  techniques: ['T1648', 'T1548.005'],
  what: 'Runs a script of its own as a role, in a new Glue job that a trigger starts.',
  why: 'It may pass the role to a service that the role trusts, and make Glue jobs and triggers.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['glue.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'glue:CreateJob', on: 'arn:*:glue:*:*:job/*' },
    { action: 'glue:CreateTrigger', on: 'arn:*:glue:*:*:trigger/*' },
  ],
});
