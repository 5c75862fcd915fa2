import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { serviceAccounts } from '../kubernetes/inventory.ts';
import { rightsNeeds } from '../kubernetes/needs.ts';
import { meeting } from '../kubernetes/pod-makers.ts';
import { type Power, powerOf, powers } from '../kubernetes/powers.ts';
import { grantFacts } from '../kubernetes/rbac.ts';

const read = { verbs: ['get', 'list', 'watch'], group: '', resource: 'secrets' };

/**
 * The controller manager fills an empty secret of type service-account-token. Creating and reading are two requests and may
 * be two identities'; a right to read by name is enough, the creator chooses the name.
 */
export default {
  label: 'SECRET_CREATE',
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  needs: rightsNeeds,
  techniques: ['T1528', 'T1098.001'],
  traverse: 'seconds',
  explain: {
    what: 'Orders a long-lived token of any account of the namespace and reads it.',
    why: 'The rights allow to create secrets and to read them, and Kubernetes fills a token secret with a token.',
    cut: 'Take the identity out of one of the bindings.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const creators = [...powers(estate, options, { verbs: ['create'], group: '', resource: 'secrets' })].filter(
    ({ names }) => names === 'any',
  );
  const readers = [...powers(estate, options, read)];
  for (const creator of creators) {
    if (powerOf(creator.grant, read) !== undefined) yield* edge(estate, creator, undefined);
    else for (const reader of readers) yield* edge(estate, creator, reader);
  }
}

function* edge(estate: Estate, creator: Power, reader: Power | undefined): Generator<DerivedEdge> {
  const scope = reader === undefined ? creator : meeting(creator, reader);
  const to = scope === undefined ? undefined : serviceAccounts(estate).group(scope.namespace);
  if (to === undefined) return;
  const facts = [...grantFacts(creator.grant), ...(reader === undefined ? [] : grantFacts(reader.grant))];
  yield {
    from: creator.grant.id,
    ...(reader === undefined ? {} : { with: [reader.grant.id] }),
    to,
    facts: [...new Set(facts)],
    note: 'create secrets',
  };
}
