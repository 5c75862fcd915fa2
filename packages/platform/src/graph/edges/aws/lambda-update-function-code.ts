import { escalation } from '../../aws/escalation.ts';
import { functions } from '../../aws/resources-with-roles.ts';
import { running } from '../../aws/targets.ts';
import lambdaUpdateFunctionCodeAddPermission from './lambda-update-function-code-add-permission.ts';
import lambdaUpdateFunctionCodeInvoke from './lambda-update-function-code-invoke.ts';

export default escalation({
  label: 'LAMBDA_UPDATE_FUNCTION_CODE',
  pathfinding: 'lambda-003',
  techniques: ['T1648'],
  traverse: 'hours',
  what: 'Replaces the code of a function; whatever calls it next runs it as the function’s role.',
  why: 'It may write the function’s code.',
  cut: 'Take lambda:UpdateFunctionCode from it, or demand signed code.',
  to: ['Role'],
  target: running(functions),
  needs: ['aws.function'],
  steps: [{ action: 'lambda:UpdateFunctionCode', on: 'thing' }],
  coveredBy: [lambdaUpdateFunctionCodeAddPermission, lambdaUpdateFunctionCodeInvoke],
});
