/** With the scopes that come along, read once when the program starts; whoever has scopes of their own gives them to `outsideScope`. */
import { outsideScope } from '../../agent/scope/outside-scope.ts';
import { readScopeFolder, shippedScopes } from '../../agent/scope/scope-folder.ts';

export default outsideScope(readScopeFolder(shippedScopes).scopes);
