/** Who legitimately pulls from and pushes to a registry, from the facts of one estate: what runs its images, and whom it knows. */
import { type Estate, type Impact, type Interruption, kubernetesId, type NodeId } from '@firebreak/contract';
import { imageHost } from '../../image-host.ts';
import type { InRegistry, InRepository } from '../exchange/desk.ts';
import { fixedCost, type Priced, weights } from './price.ts';

/** Namespaces by the repository that something in them runs images of. */
const known = new WeakMap<Estate, ReadonlyMap<string, ReadonlySet<string>>>();

function namespacesByImage(estate: Estate): ReadonlyMap<string, ReadonlySet<string>> {
  let made = known.get(estate);
  if (made === undefined) {
    const by = new Map<string, Set<string>>();
    for (const { data } of estate.all('kubernetes.pod'))
      for (const { image } of data.spec.containers) {
        const repository = image === undefined ? undefined : repositoryOf(image);
        if (repository === undefined) continue;
        const namespaces = by.get(repository) ?? new Set();
        namespaces.add(data.metadata.namespace ?? '');
        by.set(repository, namespaces);
      }
    known.set(estate, by);
    made = by;
  }
  return made;
}

/** `registry/repository` of an image reference, as Docker reads it. */
function repositoryOf(image: string): string | undefined {
  const name = image
    .slice(0, 1000)
    .replace(/@.*$/, '')
    .replace(/:[\w][\w.-]{0,127}$/, '');
  const [first = '', ...rest] = name.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = hasHost ? rest.join('/') : rest.length === 0 ? `library/${name}` : name;
  return path === '' ? undefined : `${imageHost(hasHost ? first : 'docker.io')}/${path}`;
}

/** Namespaces in which something runs images of the repository. */
export function interruptPulls(
  estate: Estate,
  { registry, repository }: InRepository,
  what: string,
): readonly Interruption[] {
  return [...(namespacesByImage(estate).get(`${registry}/${repository}`) ?? [])].sort().map((namespace) => ({
    who: { kind: 'Namespace', id: kubernetesId('Namespace', undefined, namespace), name: namespace },
    what,
    weight: weights.service,
  }));
}

/** Whom the registry may let push, as far as it tells. */
export function interruptPushes(estate: Estate, { registry }: InRegistry, what: string): readonly Interruption[] {
  return estate
    .all('oci.access')
    .filter(({ data }) => data.registry === registry && data.push !== 'no')
    .map(({ id, data }) => ({
      who: { kind: 'User', id: userNode(registry, data.user) ?? id, name: data.user ?? 'anybody' },
      what,
      weight: weights.batch,
    }));
}

function userNode(registry: string, user: string | undefined): NodeId | undefined {
  return user === undefined ? undefined : `oci:User/${registry}/${user}`;
}

export function impactOf(lever: Priced, interrupts: readonly Interruption[]): Impact {
  return { cost: interrupts.reduce<number>((sum, { weight }) => sum + weight, fixedCost[lever]), interrupts };
}
