/**
 * Container escapes share everything but their condition: from a container to the node it runs on, on the pod's word alone.
 */
import type { DerivedEdge, Estate } from '@firebreak/contract';
import { capabilityOdds } from './host-access.ts';
import { type ContainerView, type Mount, type PodView, podsOf, type VolumeView } from './pods.ts';

/**
 * @param odds of the escape for a container that runs as root.
 * @param obtains how likely a container gets what the escape takes; zero where it cannot.
 */
export function* escapes(
  estate: Estate,
  possible: (pod: PodView, container: ContainerView) => string | undefined,
  odds = 1,
  obtains: (container: ContainerView) => number = capabilityOdds,
): Generator<DerivedEdge> {
  for (const pod of podsOf(estate).all) {
    for (const container of pod.containers) {
      const note = possible(pod, container);
      if (note === undefined) continue;
      const likelihood = odds * obtains(container);
      if (likelihood > 0)
        yield { from: container.id, to: pod.node, facts: pod.facts, note, ...(likelihood < 1 ? { likelihood } : {}) };
    }
  }
}

/** The mounts of a container, with the volume of each. */
export function* mountsIn(pod: PodView, container: ContainerView): Generator<readonly [VolumeView, Mount]> {
  for (const volume of pod.volumes)
    for (const mount of volume.mounts) if (mount.container === container) yield [volume, mount];
}

/**
 * Steps from a volume that depend on how it is mounted. Where every container mounts it that way the volume is enough;
 * otherwise one of the right containers must be held as well.
 */
export function* volumeSteps(
  estate: Estate,
  right: (mount: Mount, volume: VolumeView) => boolean,
): Generator<{ readonly pod: PodView; readonly volume: VolumeView; readonly through: Mount; readonly alone: boolean }> {
  for (const pod of podsOf(estate).all) {
    for (const volume of pod.volumes) {
      const fitting = volume.mounts.filter((mount) => right(mount, volume));
      if (fitting.length === 0) continue;
      if (fitting.length === volume.mounts.length) yield { pod, volume, through: fitting[0] as Mount, alone: true };
      else for (const through of fitting) yield { pod, volume, through, alone: false };
    }
  }
}
