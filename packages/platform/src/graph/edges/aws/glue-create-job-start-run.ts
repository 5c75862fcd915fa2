import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_CREATE_JOB_START_RUN',
  pathfinding: 'glue-003',
  techniques: ['T1648', 'T1548.005'],
  what: 'Runs a script of its own as a role, in a new Glue job.',
  why: 'It may pass the role to a service that the role trusts, and make and start Glue jobs.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['glue.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'glue:CreateJob', on: 'arn:*:glue:*:*:job/*' },
    { action: 'glue:StartJobRun', on: 'arn:*:glue:*:*:job/*' },
  ],
});
