import type { DerivedEdge, DeriveOptions, EdgeRule, Estate, LiveEdge, NodeId } from '@firebreak/contract';
import { claimableGroups, nodeUsers, serviceAccounts, users } from '../../kubernetes/inventory.ts';
import { ownSets, stripFrom } from '../../kubernetes/levers.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import type { PopulationOf } from '../../kubernetes/populations.ts';
import { grantsIn, holders, powerOf } from '../../kubernetes/powers.ts';
import { type Grant, grantAllows, grantFacts } from '../../kubernetes/rbac.ts';

const group = 'certificates.k8s.io';
const requests = 'certificatesigningrequests';

/** What the built-in signers sign for whoever asks, once it is approved. Serving certificates authenticate nobody. */
const signers: Readonly<Record<string, readonly PopulationOf[]>> = {
  'kubernetes.io/kube-apiserver-client': [users, claimableGroups, serviceAccounts],
  'kubernetes.io/kube-apiserver-client-kubelet': [nodeUsers],
};

/**
 * Approval is one request that asks two rights of one identity: `update` on the approval subresource and `approve` on the
 * signer, by its name or by its domain (`kubernetes.io/*`). Asking for the certificate and fetching it are requests of their
 * own and may be another identity's. The client signer refuses only the group system:masters. The right to `sign` is no step:
 * without the key of the authority nothing that is written into a request authenticates.
 */
export default {
  label: 'CSR_APPROVE',
  from: ['PermissionSet', 'ServiceAccount', 'User', 'Group'],
  to: ['User', 'Group', 'ServiceAccount'],
  needs: rightsNeeds,
  techniques: ['T1649', 'T1078'],
  traverse: 'seconds',
  explain: {
    what: 'Has a client certificate signed in the name of another identity.',
    why: 'The rights allow to approve requests for this signer, and a request can be made and fetched.',
    cut: 'Take the identity out of the binding that allows approval.',
  },
  severedBy: ['kubernetes.strip-subject'],
  derive,
  levers: (edge: LiveEdge, estate: Estate) => {
    const needed = signersFor(estate, edge.to);
    const allows = (...grants: Grant[]): boolean => needed.some((signer) => approvals(grants).has(signer));
    const own = ownSets(edge, estate);
    // Among the sets may be one that only asks or fetches; whoever holds it serves as well.
    const pairs = own.flatMap((one, at) => own.slice(at + 1).map((other): readonly [Grant, Grant] => [one, other]));
    return stripFrom(
      edge,
      estate,
      pairs.filter(([one, other]) => allows(one, other) && !allows(one) && !allows(other)),
    );
  },
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const askers = [...askersIn(grantsIn(estate, options))];
  for (const holder of holders(estate, options, mayContribute, approvals)) {
    const alone = holder.grants.some(asks) && holder.grants.some(fetches);
    const helpers: readonly (readonly Grant[])[] = alone ? [[]] : askers;
    for (const signer of holder.keys) {
      for (const helper of helpers) {
        for (const population of signers[signer] ?? []) {
          const to = population(estate).group();
          if (to === undefined) continue;
          const facts = [...new Set([...holder.facts, ...helper.flatMap(grantFacts)])];
          const also = [...holder.parts, ...helper.map((grant) => grant.id)].filter((id) => id !== holder.id);
          yield { from: holder.id, with: also, to, facts, note: signer };
        }
      }
    }
  }
}

/** Sets, or pairs of sets, with which a request can be made and its certificate fetched. */
function* askersIn(grants: readonly Grant[]): Generator<readonly Grant[]> {
  const both = grants.filter((grant) => asks(grant) && fetches(grant));
  for (const grant of both) yield [grant];
  const rest = grants.filter((grant) => !both.includes(grant));
  for (const asker of rest.filter(asks)) for (const fetcher of rest.filter(fetches)) yield [asker, fetcher];
}

function asks(grant: Grant): boolean {
  return powerOf(grant, { verbs: ['create'], group, resource: requests, clusterScoped: true })?.names === 'any';
}

function fetches(grant: Grant): boolean {
  return (
    powerOf(grant, { verbs: ['get', 'list', 'watch'], group, resource: requests, clusterScoped: true }) !== undefined
  );
}

function approvals(grants: readonly Grant[]): ReadonlySet<string> {
  const resource = `${requests}/approval`;
  const updates = grants.some(
    (grant) => powerOf(grant, { verbs: ['update', 'patch'], group, resource, clusterScoped: true }) !== undefined,
  );
  if (!updates) return new Set();
  const may = (name: string): boolean =>
    grants.some((grant) => grantAllows(grant, { verb: 'approve', group, resource: 'signers', name }));
  return new Set(Object.keys(signers).filter((signer) => may(signer) || may('kubernetes.io/*')));
}

function mayContribute(grant: Grant): boolean {
  return grant.namespace === undefined && (approves(grant) || asks(grant) || fetches(grant) || updatesApproval(grant));
}

function approves(grant: Grant): boolean {
  return powerOf(grant, { verbs: ['approve'], group, resource: 'signers', clusterScoped: true }) !== undefined;
}

function updatesApproval(grant: Grant): boolean {
  const resource = `${requests}/approval`;
  return powerOf(grant, { verbs: ['update', 'patch'], group, resource, clusterScoped: true }) !== undefined;
}

function signersFor(estate: Estate, to: NodeId): readonly string[] {
  return Object.keys(signers).filter((signer) =>
    (signers[signer] ?? []).some((population) => [...population(estate)].some(({ node }) => node === to)),
  );
}
