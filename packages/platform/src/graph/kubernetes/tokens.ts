/** From a right over secrets to the accounts whose legacy tokens lie in them. */
import { type Estate, kubernetesId, type NodeGroup, type NodeId } from '@firebreak/contract';
import { legacyTokens, secrets, tokenAccount } from './inventory.ts';
import type { Scope } from './populations.ts';

export function accountsOfTokens(estate: Estate, scope: Scope): readonly (NodeId | NodeGroup)[] {
  if (scope.names === 'any') return legacyTokens(estate).within(scope);
  const accounts = scope.names
    .flatMap((name) => secrets(estate).named(name, scope.namespace))
    .flatMap(({ node, namespace }) => {
      const secret = estate.get('kubernetes.secret', node);
      const account = secret === undefined ? undefined : tokenAccount(secret.data);
      return account === undefined ? [] : [kubernetesId('ServiceAccount', namespace, account)];
    });
  return [...new Set(accounts)];
}
