/**
 * From a right to what it reaches: which permission sets allow one of some verbs on a resource, over which namespace and
 * names. The first verb that is allowed for any name wins; otherwise the names of all verbs are put together.
 *
 * Rights that one request needs together must be held by one identity and may come from several sets; `holders` answers
 * that. Rights that are used in separate requests may be held by different identities: rules say so with `with`.
 */
import type { DeriveOptions, Estate, FactId, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { bindableOf } from './bindable.ts';
import { escalationsOf } from './escalation.ts';
import { identitiesOf } from './identities.ts';
import type { Scope } from './populations.ts';
import { allowedNames, type Grant, grantFacts, rbacOf } from './rbac.ts';

export interface Right {
  readonly verbs: readonly string[];
  readonly group: string;
  /** `pods` or `pods/exec` */
  readonly resource: string;
  /** A grant inside one namespace gives nothing. */
  readonly clusterScoped?: boolean;
}

export interface Power extends Scope {
  readonly grant: Grant;
  readonly verb: string;
}

/** Every permission set that there is or that somebody can bind; under a convention only those that there are. */
export function grantsIn(estate: Estate, options: DeriveOptions): readonly Grant[] {
  const { grants } = rbacOf(estate);
  return options.convention === undefined ? allGrants(estate) : grants;
}

const allGrants = perEstate((estate) => [
  ...rbacOf(estate).grants,
  ...bindableOf(estate).grants,
  ...escalationsOf(estate).grants,
]);

/** All powers that a right gives, in the order of the bindings. */
export function* powers(estate: Estate, options: DeriveOptions, right: Right): Generator<Power> {
  for (const grant of grantsIn(estate, options)) {
    const power = powerOf(grant, right);
    if (power !== undefined) yield power;
  }
}

/** What one permission set can do with a right. */
export function powerOf(grant: Grant, right: Right): Power | undefined {
  if (right.clusterScoped === true && grant.namespace !== undefined) return undefined;
  const names = new Set<string>();
  let first: string | undefined;
  for (const verb of right.verbs) {
    const allowed = allowedNames(grant, { verb, group: right.group, resource: right.resource });
    if (allowed === undefined) continue;
    if (allowed === 'any') return { grant, verb, namespace: grant.namespace, names: 'any' };
    first ??= verb;
    for (const name of allowed) names.add(name);
  }
  return first === undefined ? undefined : { grant, verb: first, namespace: grant.namespace, names: [...names] };
}

export interface Holder {
  readonly id: NodeId;
  /** The permission set itself, or all those of the identity. */
  readonly grants: readonly Grant[];
  readonly facts: readonly FactId[];
  /** What the holder can do that no part of it can do alone. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Who can do what needs several rights in one request: permission sets that hold them all, and identities that hold them
 * only together.
 *
 * @param keysOf what a set of grants allows when one identity holds it; must be monotonic and empty for sets of no use.
 * @param relevant whether a grant can contribute at all: keeps the search small.
 */
export function* holders(
  estate: Estate,
  options: DeriveOptions,
  relevant: (grant: Grant) => boolean,
  keysOf: (grants: readonly Grant[]) => ReadonlySet<string>,
): Generator<Holder> {
  const rbac = rbacOf(estate);
  const useful = new Set(grantsIn(estate, options).filter(relevant));
  const alone = new Map<Grant, ReadonlySet<string>>();
  for (const grant of useful) {
    const keys = keysOf([grant]);
    alone.set(grant, keys);
    if (keys.size > 0) yield { id: grant.id, grants: [grant], facts: grantFacts(grant), keys };
  }
  if (useful.size < 2) return;
  for (const identity of identitiesOf(estate).keys()) {
    const grants = rbac.grantsOf(identity).filter((grant) => useful.has(grant));
    if (grants.length < 2) continue;
    const keys = new Set(keysOf(grants));
    for (const grant of grants) for (const key of alone.get(grant) ?? []) keys.delete(key);
    if (keys.size > 0) yield { id: identity, grants, facts: grants.flatMap(grantFacts), keys };
  }
}
