/**
 * Rights that one request needs together may come from two permission sets of one identity: `bind` through one binding,
 * `create` through another. No request of Kubernetes needs more than two.
 *
 * What must stay true: each pair is a step of its own, which stands on the identity and on both sets. Taking the identity out
 * of either binding then severs exactly that step, and a plan sees the pairs that are left. Were there one step for all pairs,
 * nothing would sever it by itself; were a pair left out because a single set allows as much, a plan that takes that set away
 * would take the pair for harmless.
 */
import type { Estate, NodeId } from '@firebreak/contract';
import { identitiesOf } from './identities.ts';
import { type Grant, rbacOf } from './rbac.ts';

export interface Combination<K> {
  readonly holder: NodeId;
  /** The sets of the identity that allow it together. */
  readonly grants: readonly Grant[];
  /** The same, as far as the step stands on each of them; empty when they are too many to be told apart. */
  readonly parts: readonly Grant[];
  readonly keys: ReadonlySet<K>;
}

/** Pairs of one identity that are looked at; no real identity has as many, and beyond it its step has no lever. */
const maxPairs = 10_000;

/**
 * What identities can do with two of their permission sets and with neither alone.
 *
 * @param useful the sets that can contribute at all.
 * @param keysOf what sets allow when one identity holds them; more sets never allow less.
 */
export function* combinationsOf<K>(
  estate: Estate,
  useful: ReadonlySet<Grant>,
  keysOf: (grants: readonly Grant[]) => ReadonlySet<K>,
): Generator<Combination<K>> {
  if (useful.size < 2) return;
  const rbac = rbacOf(estate);
  const alone = new Map([...useful].map((grant) => [grant, keysOf([grant])]));
  // Members of a group hold the same pairs.
  const together = new Map<string, ReadonlySet<K>>();
  const keysOfPair = (one: Grant, other: Grant): ReadonlySet<K> => {
    const id = `${one.id}\t${other.id}`;
    const known = together.get(id);
    if (known !== undefined) return known;
    const keys = new Set(keysOf([one, other]));
    for (const grant of [one, other]) for (const key of alone.get(grant) ?? []) keys.delete(key);
    together.set(id, keys);
    return keys;
  };
  for (const holder of identitiesOf(estate).keys()) {
    const own = rbac.grantsOf(holder).filter((grant) => useful.has(grant));
    if ((own.length * (own.length - 1)) / 2 > maxPairs) {
      const keys = keysOf(own);
      if (keys.size > 0) yield { holder, grants: own, parts: [], keys };
      continue;
    }
    for (const [at, one] of own.entries()) {
      for (const other of own.slice(at + 1)) {
        const keys = keysOfPair(one, other);
        if (keys.size > 0) yield { holder, grants: [one, other], parts: [one, other], keys };
      }
    }
  }
}
