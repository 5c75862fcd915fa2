import { escalation } from '../../aws/escalation.ts';
import { rolesToPass } from '../../aws/targets.ts';

export default escalation({
  label: 'SAGEMAKER_CREATE_NOTEBOOK',
  pathfinding: 'sagemaker-001',
  techniques: ['T1578', 'T1548.005'],
  what: 'Makes a notebook that acts as a role and runs code in it.',
  why: 'It may pass the role to a service that the role trusts, and make notebook instances.',
  cut: 'Limit iam:PassRole to the roles that it needs, or take the right to make such things from it.',
  to: ['Role'],
  target: rolesToPass(['sagemaker.amazonaws.com']),
  steps: [
    { action: 'iam:PassRole', on: 'role' },
    { action: 'sagemaker:CreateNotebookInstance', on: 'arn:*:sagemaker:*:*:notebook-instance/*' },
  ],
});
