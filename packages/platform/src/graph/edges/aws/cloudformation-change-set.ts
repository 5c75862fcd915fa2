import { escalation } from '../../aws/escalation.ts';
import { stacks } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'CLOUDFORMATION_CHANGE_SET',
  pathfinding: 'cloudformation-005',
  techniques: ['T1072'],
  what: 'Has CloudFormation carry out a change set of its own, as the role of the stack.',
  why: 'It may make and carry out change sets of the stack, which keeps its role.',
  cut: 'Take either right from it, or a lesser role for the stack.',
  to: ['Role'],
  target: running(stacks),
  needs: ['aws.stack'],
  steps: [
    { action: 'cloudformation:CreateChangeSet', on: 'thing' },
    { action: 'cloudformation:ExecuteChangeSet', on: 'thing' },
  ],
});
