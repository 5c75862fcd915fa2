/**
 * The graph in KubeHound's words, for comparison with it: its edge labels, its vertex kinds (`Identity` for accounts, users
 * and groups), permission sets named `role::binding`, every edge between two single nodes. Rules that read the world more
 * strictly than KubeHound take its reading when a graph is derived with `convention: 'kubehound'`; here rules that it has no
 * word for are left out, and the kinds of nodes that it does not have.
 */
import type { EdgeLine, EdgeRule, GraphNode, NodeRef } from '@firebreak/contract';
import type { AttackGraph } from '../attack-graph.ts';
import { type NodeLine, nodeLine } from '../exports.ts';
import { identityInConvention, volumeInConvention } from '../kubernetes/kubehound.ts';
import { podsOf } from '../kubernetes/pods.ts';

const vertexKinds: Readonly<Record<string, string>> = {
  Container: 'Container',
  Endpoint: 'Endpoint',
  Group: 'Identity',
  Node: 'Node',
  PermissionSet: 'PermissionSet',
  Pod: 'Pod',
  ServiceAccount: 'Identity',
  User: 'Identity',
  Volume: 'Volume',
};

/** KubeHound's label for what a rule derives, if it has one. */
function kubehoundLabel(rule: EdgeRule): string | undefined {
  return rule.aka?.kubehound;
}

/** The nodes of the kinds that KubeHound has. @param graph derived with `convention: 'kubehound'` */
export function* kubehoundNodeLines(graph: AttackGraph): Generator<NodeLine> {
  for (const [index, node] of graph.nodes.entries()) {
    const kind = graph.isHub(index) ? undefined : kindOf(graph, node);
    if (kind !== undefined) yield { ...nodeLine(node), kind };
  }
}

/** Every edge that KubeHound would draw, each (type, from, to) once. @param graph derived with `convention: 'kubehound'` */
export function* kubehoundEdgeLines(graph: AttackGraph): Generator<EdgeLine> {
  const seen = new Set<string>();
  for (const edge of graph.liveEdges()) {
    const type = kubehoundLabel(edge.rule);
    const from = vertex(graph, graph.nodeAt(edge.tails[0] as number));
    const to = vertex(graph, graph.nodeAt(edge.head));
    if (type === undefined || from === undefined || to === undefined) continue;
    // Several of our rules may be one of theirs: the three runtimes' sockets.
    const key = `${type}\t${from.id}\t${to.id}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield {
      type,
      from,
      to,
      facts: [...edge.facts],
      ...(edge.note === undefined ? {} : { note: edge.note }),
      ...(edge.likelihood === 1 ? {} : { likelihood: edge.likelihood }),
      techniques: [...edge.rule.techniques],
      aka: { kubehound: type },
    };
  }
}

function vertex(graph: AttackGraph, node: GraphNode): NodeRef | undefined {
  const kind = kindOf(graph, node);
  return kind === undefined ? undefined : { kind, id: node.id, name: node.name };
}

/** Its identities are what bindings name, its permission sets are bound to somebody, its volumes are host paths and tokens. */
function kindOf({ estate }: AttackGraph, node: GraphNode): string | undefined {
  const kind = vertexKinds[node.kind];
  if (kind === 'Identity') return identityInConvention(estate, node.id) ? kind : undefined;
  if (kind === 'PermissionSet') return node.detail?.bound === true ? kind : undefined;
  if (kind !== 'Volume') return kind;
  const known = podsOf(estate).ofVolume.get(node.id);
  return known !== undefined && volumeInConvention(estate, known.pod, known.volume) ? kind : undefined;
}
