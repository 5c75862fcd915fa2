/**
 * Every update channel that writes to a namespace or object which the plan or the attacker touches is suspended first: a
 * sync that runs between two steps undoes the first one and brings the payload back.
 */
import { kubernetesId, type Lever, namespaceOfId } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import type { Supplement } from './supplement.ts';

export const stopDelivery: Supplement = {
  reason: 'stop-delivery',
  propose: ({ graph, compromised, targets, has }) => {
    // What the steps change need not be a node (a binding is none), but it has a namespace that some channel may write to.
    const touched = new Set(compromised);
    const namespaces = new Set<string>();
    for (const id of [...targets, ...compromised.map((index) => graph.nodeAt(index).id)]) {
      const index = graph.indexOf.get(id);
      if (index !== undefined) touched.add(index);
      const namespace = namespaceOfId(id);
      if (namespace !== undefined) namespaces.add(namespace);
    }
    // A channel that has not synced yet, or reports no workload, is known only by the namespace that it delivers to.
    for (const namespace of namespaces) {
      const index = graph.indexOf.get(kubernetesId('Namespace', undefined, namespace));
      if (index !== undefined) touched.add(index);
    }
    const found = new Map<string, { lever: Lever; why: string }>();
    const channels = channelsInto(
      graph,
      (node) => touched.has(node) || namespaces.has(graph.nodes[node]?.namespace ?? ''),
    );
    for (const edge of channels) {
      for (const lever of edge.rule.levers(edge, graph.estate)) {
        if (!has(lever.action) || found.has(lever.key) || lever.params.name !== graph.nodes[edge.tails[0] ?? -1]?.name)
          continue;
        const channel = graph.nodes[edge.tails[0] ?? -1];
        const target = graph.nodes[edge.head];
        found.set(lever.key, {
          lever,
          why: `${channel?.kind ?? 'channel'} ${channel?.name ?? ''} delivers to ${target?.kind ?? ''} ${target?.name ?? ''}; its next sync would undo the containment or refresh the payload.`,
        });
      }
    }
    return [...found.values()];
  },
};

/**
 * The edges from update channels into the touched part, and from channels into those channels. A hub on the way ("every
 * workload of namespace x") is passed: both the edge into it and the membership count.
 */
function channelsInto(graph: AttackGraph, isTouched: (node: number) => boolean) {
  const { hypergraph } = graph;
  const incoming = hypergraph.incoming();
  const into = new Set<number>();
  const queue: number[] = [];
  for (let node = 0; node < hypergraph.nodeCount; node += 1)
    if (!graph.isHub(node) && isTouched(node)) queue.push(node);
  const seen = new Set(queue);
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (let at = incoming.offsets[node] as number; at < (incoming.offsets[node + 1] as number); at += 1) {
      const edge = incoming.edges[at] as number;
      for (const tail of hypergraph.tailsOf(edge)) {
        if (!graph.isHub(tail) && graph.nodes[tail]?.class !== 'update-channel') continue;
        into.add(edge);
        if (!seen.has(tail)) {
          seen.add(tail);
          queue.push(tail);
        }
      }
    }
  }
  return [...graph.liveEdgesOf(into)].filter((edge) =>
    edge.tails.some((tail) => graph.nodes[tail]?.class === 'update-channel'),
  );
}
