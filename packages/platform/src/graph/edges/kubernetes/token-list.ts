import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { boundAccounts, groups, users } from '../../kubernetes/inventory.ts';
import { invalidateTokens } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';
import { accountsOfTokens } from '../../kubernetes/tokens.ts';

/**
 * Since Kubernetes 1.24 an account has no token secret unless somebody made one: only those are reached. KubeHound still
 * reads a right to list secrets as a right to every identity of the namespace, or of the cluster.
 */
export default {
  label: 'TOKEN_LIST',
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  needs: [...rightsNeeds, 'kubernetes.secret'],
  techniques: ['T1528', 'T1552.007'],
  traverse: 'instant',
  explain: {
    what: 'Lists secrets and takes the service account tokens among them.',
    why: 'The role allows to list or watch secrets, and a long-lived token of the account lies in one.',
    cut: 'Invalidate the account’s legacy tokens, or take the identity out of the binding.',
  },
  aka: { kubehound: 'TOKEN_LIST' },
  severedBy: ['kubernetes.invalidate-tokens'],
  derive,
  levers: (edge) => invalidateTokens(edge.to),
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const verbs = options.convention === 'kubehound' ? ['list'] : ['list', 'watch'];
  for (const power of powers(estate, options, { verbs, group: '', resource: 'secrets' })) {
    const facts = grantFacts(power.grant);
    const common = { from: power.grant.id, facts, note: `${power.verb} secrets` };
    if (options.convention === undefined) {
      for (const to of accountsOfTokens(estate, power)) yield { ...common, to };
      continue;
    }
    if (power.names !== 'any') continue;
    const reached = power.namespace === undefined ? [boundAccounts, users, groups] : [boundAccounts];
    for (const population of reached) for (const to of population(estate).within(power)) yield { ...common, to };
  }
}
