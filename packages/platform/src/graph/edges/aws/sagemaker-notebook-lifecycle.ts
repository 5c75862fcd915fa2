import { escalation } from '../../aws/escalation.ts';
import { notebooks } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'SAGEMAKER_NOTEBOOK_LIFECYCLE',
  pathfinding: 'sagemaker-005',
  techniques: ['T1578', 'T1552.005'],
  what: 'Stops a notebook, gives it commands to run at its next start, and starts it: they act as its role.',
  why: 'It may make lifecycle configurations, and stop, change and start the notebook.',
  cut: 'Take any of the four rights from it, or a lesser role for the notebook.',
  to: ['Role'],
  target: running(notebooks),
  needs: ['aws.notebook-instance'],
  steps: [
    {
      action: 'sagemaker:CreateNotebookInstanceLifecycleConfig',
      on: 'arn:*:sagemaker:*:*:notebook-instance-lifecycle-config/*',
    },
    { action: 'sagemaker:StopNotebookInstance', on: 'thing' },
    { action: 'sagemaker:UpdateNotebookInstance', on: 'thing' },
    { action: 'sagemaker:StartNotebookInstance', on: 'thing' },
  ],
});
