import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'SAGEMAKER_CREATE_TRAINING_JOB',
  pathfinding: 'sagemaker-002',
  techniques: ['T1610', 'T1548.005'],
  what: 'Runs a container of its own as a role, as a training job.',
  why: 'It may pass the role to a service that the role trusts, and make training jobs.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['sagemaker.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'sagemaker:CreateTrainingJob', on: 'arn:*:sagemaker:*:*:training-job/*' },
  ],
});
