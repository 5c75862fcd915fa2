import { escalation } from '../../aws/escalation.ts';
import { glueJobs } from '../../aws/resources-with-roles.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_UPDATE_JOB_TRIGGER',
  pathfinding: 'glue-006',
  techniques: ['T1648', 'T1548.005'],
  what: 'Gives a Glue job another script and another role, and has a trigger start it.',
  why: 'It may pass the role to a service that the role trusts, and change Glue jobs and make triggers.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['glue.amazonaws.com']),
  exists: [glueJobs],
  needs: ['aws.glue-job'],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'glue:UpdateJob', on: glueJobs.shape },
    { action: 'glue:CreateTrigger', on: 'arn:*:glue:*:*:trigger/*' },
  ],
});
