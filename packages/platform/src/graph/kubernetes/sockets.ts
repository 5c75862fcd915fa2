/**
 * A container that can connect to the runtime's socket owns the node: it starts a privileged container. KubeHound draws the
 * same step to the containers of the node.
 */
import type { DerivedEdge, DeriveOptions, Estate, NodeGroup, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { escapes, mountsIn } from './escapes.ts';
import { mountsPath, rootOdds, writesHost } from './host-access.ts';
import { type ContainerView, type PodView, podsOf } from './pods.ts';
import { Population } from './populations.ts';

/** @param sockets paths on the host, `/run` rather than `/var/run`. */
export function* socketEdges(
  estate: Estate,
  options: DeriveOptions,
  sockets: readonly string[],
): Generator<DerivedEdge> {
  const holds = (pod: PodView, container: ContainerView): string | undefined => {
    for (const [, mount] of mountsIn(pod, container)) {
      // A writable mount of the whole disk is EXPLOIT_HOST_WRITE already, whichever runtime the node has.
      if (mount.hostPath === '/' && writesHost(mount) && options.convention === undefined) continue;
      const socket = sockets.find((path) => mountsPath(mount, path));
      if (socket !== undefined) return `${mount.hostPath} holds ${socket}`;
    }
    return undefined;
  };
  // A socket asks for a group, not for a capability.
  const edges = escapes(estate, holds, 1, rootOdds);
  for (const edge of edges) {
    if (options.convention === undefined) yield edge;
    else for (const to of neighbours(estate, edge.to as NodeId)) yield { ...edge, to };
  }
}

function neighbours(estate: Estate, node: NodeId): readonly NodeGroup[] {
  const group = containersByNode(estate).group(node);
  return group === undefined ? [] : [group];
}

const containersByNode = perEstate(
  (estate) =>
    new Population(
      'containers-on',
      'containers',
      podsOf(estate).all.flatMap((pod) =>
        pod.containers.map(({ id, name }) => ({ node: id, namespace: pod.node, name, facts: pod.facts })),
      ),
      'on',
    ),
);
