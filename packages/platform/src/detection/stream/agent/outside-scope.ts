/** With the scopes that come along and those of the folder that FIREBREAK_TASK_SCOPES names. */
import { knownScopes } from '../../agent/scope/index.ts';
import { outsideScope } from '../../agent/scope/outside-scope.ts';

const { scopes, problems } = knownScopes();

export default outsideScope(scopes, problems);
