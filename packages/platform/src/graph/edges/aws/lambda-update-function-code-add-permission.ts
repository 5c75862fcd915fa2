import { escalation } from '../../aws/escalation.ts';
import { functions } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';

export default escalation({
  label: 'LAMBDA_UPDATE_FUNCTION_CODE_ADD_PERMISSION',
  pathfinding: 'lambda-005',
  techniques: ['T1648'],
  traverse: 'seconds',
  what: 'Replaces the code of a function and lets itself call it: it runs as the function’s role.',
  why: 'It may write the function’s code and its policy.',
  cut: 'Take lambda:UpdateFunctionCode from it, or demand signed code.',
  to: ['Role'],
  target: running(functions),
  needs: ['aws.function'],
  steps: [
    { action: 'lambda:UpdateFunctionCode', on: 'thing' },
    { action: 'lambda:AddPermission', on: 'thing' },
  ],
});
