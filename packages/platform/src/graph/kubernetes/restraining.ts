/**
 * Levers that have the API server refuse a step: a frozen namespace, and admission denials. What must stay true, as for all levers: one
 * of them alone makes the edge disappear. So none is offered where its maker could lift it again, and none where anybody else could
 * whom the cluster does not stand on anyway; a plan would rest on that nobody does. Who gets hold of the cluster's own components past
 * that is found by the proof on fresh facts, where lifting is a step of its own.
 */
import {
  type Denial,
  denial,
  type Estate,
  type Lever,
  type LiveEdge,
  lever,
  type NodeId,
  namespaceOfId,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { cloudIdentitiesOf } from './credentials.ts';
import { untouchable } from './levers.ts';
import type { Right } from './powers.ts';
import { type Grant, rbacOf } from './rbac.ts';
import { deniable, foreignLifters, freezeOf, liftsDenials, liftsFreeze } from './restraints.ts';

/** Everything that `restrainPods` may name. */
export const podRestraints = ['kubernetes.freeze-namespace', 'kubernetes.deny-admission'] as const;

const nobodyLifts: (estate: Estate) => Map<string, boolean> = perEstate(() => new Map());

/** Undefined asks about denials. */
function holdsFast(estate: Estate, namespace: string | undefined): boolean {
  const known = nobodyLifts(estate);
  const key = namespace ?? '';
  const found = known.get(key) ?? foreignLifters(estate, namespace).length === 0;
  known.set(key, found);
  return found;
}

/** Stops new pods in a namespace. Not where the cluster itself runs. */
export function freeze(estate: Estate, namespace: string | undefined): readonly Lever[] {
  if (namespace === undefined || namespace === 'kube-system' || freezeOf(estate, namespace) !== undefined) return [];
  return holdsFast(estate, namespace) ? [lever('kubernetes.freeze-namespace', { namespace })] : [];
}

/** Keeps new pods from an account, and so from what it opens elsewhere. */
function denyAccount(estate: Estate, target: NodeId): readonly Lever[] {
  const account = accountOf(estate, target);
  const [, namespace, serviceAccount] = /^kubernetes:ServiceAccount\/([^/]+)\/([^/]+)$/.exec(account ?? '') ?? [];
  if (namespace === undefined || serviceAccount === undefined || namespace === 'kube-system') return [];
  return denying(estate, { deny: 'account', namespace, serviceAccount });
}

/** An account, or the account that a cloud credential belongs to. */
function accountOf(estate: Estate, target: NodeId): NodeId | undefined {
  return target.startsWith('kubernetes:Credential/') ? cloudAccounts(estate).get(target) : target;
}

const cloudAccounts: (estate: Estate) => ReadonlyMap<NodeId, NodeId> = perEstate(
  (estate) =>
    new Map([...cloudIdentitiesOf(estate)].flatMap(([account, of]) => of.map(({ id }) => [id, account] as const))),
);

/** What stands in the way of new pods that a step of this maker is about. */
export function restrainPods(edge: LiveEdge, estate: Estate, maker: Grant | undefined): readonly Lever[] {
  // With a second holding it is a way past a restraint already.
  if (edge.with.length > 0) return [];
  const namespace = namespaceOfId(edge.to) ?? maker?.namespace ?? namespaceOfId(edge.from);
  if (namespace === undefined) return [];
  const frozen = maker !== undefined && liftsFreeze(maker, namespace) ? [] : freeze(estate, namespace);
  return maker !== undefined && liftsDenials(maker) ? frozen : [...frozen, ...denyAccount(estate, edge.to)];
}

/** Has the API server refuse a right to the only identity that a set gives it to. */
export function denyRight(edge: LiveEdge, estate: Estate, right: Right): readonly Lever[] {
  const grant = edge.with.length > 0 ? undefined : rbacOf(estate).grant(edge.from);
  const identity = grant === undefined ? undefined : deniable(estate, grant, right);
  if (grant === undefined || identity === undefined || untouchable(identity)) return [];
  if (rbacOf(estate).grantsOf(identity).some(liftsDenials)) return [];
  const [subject] = grant.subjects;
  const account = /^kubernetes:ServiceAccount\/([^/]+)\/([^/]+)$/.exec(identity);
  const [, namespace, name] = account ?? [];
  return denying(estate, {
    deny: 'writes',
    subject:
      namespace !== undefined && name !== undefined
        ? { kind: 'ServiceAccount', namespace, name }
        : { kind: subject?.kind === 'Group' ? 'Group' : 'User', name: subject?.name ?? '' },
    group: right.group,
    resources: [right.resource],
    ...(grant.namespace === undefined ? {} : { namespace: grant.namespace }),
  });
}

function denying(estate: Estate, of: Denial): readonly Lever[] {
  // Names that no policy can hold are left to other levers.
  return holdsFast(estate, undefined) && denial.safeParse(of).success ? [lever('kubernetes.deny-admission', of)] : [];
}
