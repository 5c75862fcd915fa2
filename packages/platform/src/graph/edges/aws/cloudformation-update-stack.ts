import { escalation } from '../../aws/escalation.ts';
import { stacks } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'CLOUDFORMATION_UPDATE_STACK',
  pathfinding: 'cloudformation-002',
  techniques: ['T1072'],
  what: 'Has CloudFormation change a stack as a template of its own says, as the role of the stack.',
  why: 'It may update the stack, which keeps its role.',
  cut: 'Take cloudformation:UpdateStack from it, or a lesser role for the stack.',
  to: ['Role'],
  target: running(stacks),
  needs: ['aws.stack'],
  steps: [{ action: 'cloudformation:UpdateStack', on: 'thing' }],
});
