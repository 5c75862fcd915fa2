import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { boundAccounts, users } from '../../kubernetes/inventory.ts';
import { invalidateTokens } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powerOf, powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';
import { accountsOfTokens } from '../../kubernetes/tokens.ts';

/**
 * Without a right to list, the name must be guessed: `<account>-token-` and five of 27 characters. A set that may list as
 * well takes TOKEN_LIST. KubeHound counts every identity of the namespace, and users.
 */
export default {
  label: 'TOKEN_BRUTEFORCE',
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  needs: [...rightsNeeds, 'kubernetes.secret'],
  techniques: ['T1528', 'T1110'],
  traverse: 'days',
  explain: {
    what: 'Guesses the name of the account’s token secret and reads it.',
    why: 'The role allows to get any secret by name, and the names of token secrets have a short random part.',
    cut: 'Invalidate the account’s legacy tokens, or take the identity out of the binding.',
  },
  aka: { kubehound: 'TOKEN_BRUTEFORCE' },
  severedBy: ['kubernetes.invalidate-tokens'],
  derive,
  levers: (edge) => invalidateTokens(edge.to),
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const power of powers(estate, options, { verbs: ['get'], group: '', resource: 'secrets' })) {
    if (power.names !== 'any') continue;
    const common = { from: power.grant.id, facts: grantFacts(power.grant), note: 'get secrets', likelihood: 0.1 };
    if (options.convention === 'kubehound') {
      for (const population of [
        boundAccounts(estate).within(power),
        users(estate).within({ ...power, namespace: undefined }),
      ])
        for (const to of population) yield { ...common, to };
      continue;
    }
    if (powerOf(power.grant, { verbs: ['list', 'watch'], group: '', resource: 'secrets' })?.names === 'any') continue;
    for (const to of accountsOfTokens(estate, power)) yield { ...common, to };
  }
}
