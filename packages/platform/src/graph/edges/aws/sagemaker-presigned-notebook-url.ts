import { escalation } from '../../aws/escalation.ts';
import { notebooks } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'SAGEMAKER_PRESIGNED_NOTEBOOK_URL',
  pathfinding: 'sagemaker-004',
  techniques: ['T1550.001', 'T1552.005'],
  traverse: 'seconds',
  what: 'Opens a notebook by a signed address and acts as its role.',
  why: 'It may make signed addresses of the notebook.',
  cut: 'Take the right to make signed addresses from it, or a lesser role for the notebook.',
  to: ['Role'],
  target: running(notebooks),
  needs: ['aws.notebook-instance'],
  steps: [{ action: 'sagemaker:CreatePresignedNotebookInstanceUrl', on: 'thing' }],
});
