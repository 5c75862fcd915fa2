import { type DerivedEdge, type DeriveOptions, type EdgeRule, type Estate, kubernetesId } from '@firebreak/contract';
import { serviceAccounts } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { meeting } from '../../kubernetes/pod-makers.ts';
import { type Power, powerOf, powers } from '../../kubernetes/powers.ts';
import { grantAllows, grantFacts } from '../../kubernetes/rbac.ts';
import { secretReads } from '../../kubernetes/secret-reads.ts';

/**
 * The controller manager fills an empty secret of type service-account-token. Creating and reading are two requests and may
 * be two identities'; a right to read by name is enough where the name is free, the creator chooses it.
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
  const readers = [...powers(estate, options, secretReads)];
  for (const creator of creators) {
    const own = powerOf(creator.grant, secretReads);
    if (own !== undefined && findsName(estate, creator, own)) yield* edge(estate, creator, undefined);
    else for (const reader of readers) if (findsName(estate, creator, reader)) yield* edge(estate, creator, reader);
  }
}

/** A secret that exists keeps its type: the name of the new one must be free, or be made free. */
function findsName(estate: Estate, creator: Power, reader: Power): boolean {
  const namespace = meeting(creator, reader)?.namespace;
  if (reader.names === 'any' || namespace === undefined) return true;
  return reader.names.some((name) => {
    const wish = { verb: 'delete', group: '', resource: 'secrets', namespace, name };
    const taken = estate.get('kubernetes.secret', kubernetesId('Secret', namespace, name)) !== undefined;
    return !taken || [creator, reader].some(({ grant }) => grantAllows(grant, wish));
  });
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
