/**
 * Who may bring a pod of their own making into a namespace: by creating it, or by creating something that makes pods.
 */
import type { DeriveOptions, Estate } from '@firebreak/contract';
import { grantsIn, type Power, powerOf } from './powers.ts';
import type { Grant } from './rbac.ts';
import { workloadKinds } from './workload-kinds.ts';

const rights = [{ group: '', resource: 'pods' }, ...workloadKinds].map(({ group, resource }) => ({
  verbs: ['create'],
  group,
  resource,
}));

/** The first right of a permission set that makes pods. */
function makesPods(grant: Grant): Power | undefined {
  for (const right of rights) {
    const power = powerOf(grant, right);
    if (power?.names === 'any') return power;
  }
  return undefined;
}

export function podMakers(estate: Estate, options: DeriveOptions): readonly Power[] {
  return grantsIn(estate, options).flatMap((grant) => makesPods(grant) ?? []);
}

/** The scope in which two powers meet: a namespace, undefined for the whole cluster, or nothing. */
export function meeting(
  one: Pick<Power, 'namespace'>,
  other: Pick<Power, 'namespace'>,
): { readonly namespace: string | undefined } | undefined {
  if (one.namespace === undefined) return { namespace: other.namespace };
  if (other.namespace === undefined || other.namespace === one.namespace) return { namespace: one.namespace };
  return undefined;
}
