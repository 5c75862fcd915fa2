import { type DerivedEdge, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { serviceAccounts, tokenAccount } from '../../kubernetes/inventory.ts';
import { invalidateTokens } from '../../kubernetes/levers.ts';

/** Only for accounts that exist: the controller removes the tokens of one that does not. */
export default {
  label: 'SERVICE_ACCOUNT_SECRET',
  from: ['Secret'],
  to: ['ServiceAccount'],
  needs: ['kubernetes.secret', 'kubernetes.service-account'],
  techniques: ['T1528', 'T1550.001'],
  traverse: 'instant',
  explain: {
    what: 'Uses the long-lived token that lies in the secret.',
    why: 'The secret is of type service-account-token: it holds a token of the account that never ends.',
    cut: 'Invalidate the account’s legacy tokens.',
  },
  severedBy: ['kubernetes.invalidate-tokens'],
  derive,
  levers: (edge) => invalidateTokens(edge.to),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.secret')) {
    const account = tokenAccount(fact.data);
    const namespace = fact.data.metadata.namespace;
    if (account === undefined || serviceAccounts(estate).named(account, namespace).length === 0) continue;
    yield { from: fact.id, to: kubernetesId('ServiceAccount', namespace, account), facts: [fact.id] };
  }
}
