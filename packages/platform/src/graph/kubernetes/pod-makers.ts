/**
 * Who may bring a pod of their own making into a namespace: by creating it, or by creating something that makes pods.
 */
import { type DeriveOptions, type Estate, type FactId, kubernetesId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { customKinds } from './custom-kinds.ts';
import { grantsIn, type Power, powerOf } from './powers.ts';
import type { Grant } from './rbac.ts';
import { operatorResources, workloadKinds } from './workload-kinds.ts';

/** A kind whose controller makes pods. */
export interface PodSource {
  readonly group: string;
  readonly resource: string;
  /** What shows that the cluster knows the kind; nothing for those that every cluster knows. */
  readonly facts: readonly FactId[];
}

/**
 * Kinds whose controllers make pods. Those of operators count where the cluster is seen to know them, by the definition or by
 * an object: a right to create what the server does not know is a right to nothing.
 */
export const podSources: (estate: Estate) => readonly PodSource[] = perEstate((estate) => {
  const known = new Map<string, readonly FactId[]>();
  for (const { group, resource, population } of customKinds(estate, 'kubernetes.model-workload'))
    known.set(
      `${resource}.${group}`,
      [...population].slice(0, 1).flatMap(({ facts }) => facts),
    );
  for (const name of operatorResources) {
    const definition = kubernetesId('CustomResourceDefinition.apiextensions.k8s.io', undefined, name);
    if (estate.get('kubernetes.custom-resource', definition) !== undefined) known.set(name, [definition]);
  }
  const operated = operatorResources.flatMap((name): PodSource[] => {
    const facts = known.get(name);
    const dot = name.indexOf('.');
    return facts === undefined ? [] : [{ group: name.slice(dot + 1), resource: name.slice(0, dot), facts }];
  });
  return [...workloadKinds.map(({ group, resource }) => ({ group, resource, facts: [] })), ...operated];
});

/** The first of these kinds that a permission set may create. */
export function createdBy(
  grant: Grant,
  sources: readonly PodSource[],
): { readonly power: Power; readonly source: PodSource } | undefined {
  for (const source of sources) {
    const { group, resource } = source;
    const power = powerOf(grant, { verbs: ['create'], group, resource });
    if (power?.names === 'any') return { power, source };
  }
  return undefined;
}

export function podMakers(estate: Estate, options: DeriveOptions): readonly Power[] {
  const sources = [{ group: '', resource: 'pods', facts: [] }, ...podSources(estate)];
  return grantsIn(estate, options).flatMap((grant) => createdBy(grant, sources)?.power ?? []);
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
