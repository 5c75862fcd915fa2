import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'CODEBUILD_CREATE_PROJECT_START_BUILD_BATCH',
  pathfinding: 'codebuild-004',
  techniques: ['T1072', 'T1548.005'],
  what: 'Runs commands of its own as a role, in a batch of a new build project.',
  why: 'It may pass the role to a service that the role trusts, and make projects and start batches of builds.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['codebuild.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'codebuild:CreateProject', on: 'arn:*:codebuild:*:*:project/*' },
    { action: 'codebuild:StartBuildBatch', on: 'arn:*:codebuild:*:*:project/*' },
  ],
});
