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
import { combinationsOf } from './combinations.ts';
import { escalationsOf } from './escalation.ts';
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
  /** The permission set itself, or those of the identity that allow it together. */
  readonly grants: readonly Grant[];
  /** The permission sets that an identity needs for it; none for a permission set that is enough by itself. */
  readonly parts: readonly NodeId[];
  readonly facts: readonly FactId[];
  /** What the holder can do that no part of it can do alone. */
  readonly keys: ReadonlySet<string>;
}

/**
 * Who can do what needs several rights in one request: permission sets that hold them all, and identities that hold them
 * in two.
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
  const useful = new Set(grantsIn(estate, options).filter(relevant));
  for (const grant of useful) {
    const keys = keysOf([grant]);
    if (keys.size > 0) yield { id: grant.id, grants: [grant], parts: [], facts: grantFacts(grant), keys };
  }
  for (const { holder, grants, parts, keys } of combinationsOf(estate, useful, keysOf))
    yield { id: holder, grants, parts: parts.map(({ id }) => id), facts: grants.flatMap(grantFacts), keys };
}
