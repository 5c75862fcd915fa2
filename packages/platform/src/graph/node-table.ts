/** The nodes of a graph, put together from what several rules say of each. */
import type { GraphNode, NodeId } from '@firebreak/contract';
import type { Vocabulary } from './vocabulary.ts';

/** What one node rule said, and the numbers of the nodes. */
export interface SaidNodes {
  readonly nodes: readonly GraphNode[];
  readonly numbers: Int32Array;
}

/** @param before what the rule said last: most of it comes again, in the same order */
export function sayNodes(vocabulary: Vocabulary, derived: Iterable<GraphNode>, before?: SaidNodes): SaidNodes {
  const nodes = [...derived];
  const numbers = new Int32Array(nodes.length);
  let next = 0;
  for (let at = 0; at < nodes.length; at += 1) {
    const number = vocabulary.ids.numberOf((nodes[at] as GraphNode).id, before?.numbers[next]);
    numbers[at] = number;
    // A few may be gone, and others new.
    const place = before?.numbers.subarray(next, next + 4).indexOf(number) ?? -1;
    next += place + 1;
  }
  return { nodes, numbers };
}

/**
 * Nodes by number, nothing for ids that no rule speaks of. Rules that make the same node add to each other; where they differ, the
 * richer one counts.
 */
export function togetherSaid(count: number, parts: readonly SaidNodes[]): (GraphNode | undefined)[] {
  const table = new Array<GraphNode | undefined>(count).fill(undefined);
  for (const { nodes, numbers } of parts) {
    for (let at = 0; at < nodes.length; at += 1) {
      const number = numbers[at] as number;
      const known = table[number];
      table[number] = known === undefined ? nodes[at] : merged(known, nodes[at] as GraphNode);
    }
  }
  return table;
}

/** What says where things lie, and not what they are. */
const unspecific: ReadonlySet<GraphNode['class']> = new Set(['volume', 'inventory']);

/**
 * Two rules describe one node: the one with more facts leads, then the one whose text comes first. One without facts is people's
 * word on what others show to exist: why its loss matters, and what lies in a place, they know best.
 */
function merged(one: GraphNode, other: GraphNode): GraphNode {
  const [less, more] = [one, other].sort(
    (a, b) => a.facts.length - b.facts.length || (JSON.stringify(a) > JSON.stringify(b) ? -1 : 1),
  ) as [GraphNode, GraphNode];
  const about = { ...less.about, ...more.about };
  const tenure = { ...less.tenure, ...more.tenure };
  const stated = less.facts.length === 0 ? less : undefined;
  return {
    ...less,
    ...more,
    ...(stated !== undefined && unspecific.has(more.class) && !unspecific.has(stated.class)
      ? { class: stated.class }
      : {}),
    ...(stated?.jewel === undefined ? {} : { jewel: stated.jewel }),
    ...(Object.keys(about).length === 0 ? {} : { about }),
    ...(Object.keys(tenure).length === 0 ? {} : { tenure }),
    facts: [...new Set([...more.facts, ...less.facts])],
  };
}

/** The class that the node rules gave to nodes of each kind. */
export function classesByKind(nodes: readonly (GraphNode | undefined)[]): ReadonlyMap<string, GraphNode['class']> {
  const classes = new Map<string, GraphNode['class']>();
  for (const node of nodes) {
    if (node === undefined) continue;
    const known = classes.get(node.kind);
    if (known === undefined || node.class < known) classes.set(node.kind, node.class);
  }
  return classes;
}

/** A node for an id that edges name and no node rule made: kind, namespace and name as the id says them. */
export function bareNode(id: NodeId, classes: ReadonlyMap<string, GraphNode['class']>): GraphNode {
  const [kind = '', ...path] = id.slice(id.indexOf(':') + 1).split('/');
  const name = path.at(-1) ?? kind;
  const namespace = path.length > 1 ? path[0] : undefined;
  return {
    id,
    kind,
    class: classes.get(kind) ?? 'inventory',
    name,
    ...(namespace === undefined ? {} : { namespace }),
    facts: [],
  };
}
