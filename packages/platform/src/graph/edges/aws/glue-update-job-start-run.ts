import { escalation } from '../../aws/escalation.ts';
import { glueJobs } from '../../aws/resources-with-roles.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'GLUE_UPDATE_JOB_START_RUN',
  pathfinding: 'glue-005',
  techniques: ['T1648', 'T1548.005'],
  what: 'Gives a Glue job another script and another role, and starts it.',
  why: 'It may pass the role to a service that the role trusts, and change and start Glue jobs.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['glue.amazonaws.com']),
  exists: [glueJobs],
  needs: ['aws.glue-job'],
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'glue:UpdateJob', on: glueJobs.shape },
    { action: 'glue:StartJobRun', on: glueJobs.shape },
  ],
});
