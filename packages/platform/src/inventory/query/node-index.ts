/** What queries ask of nodes most, looked up instead of tried: made once a graph, at the first question. */
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { addBit, type Bitset, bitset } from '../../graph/bitset.ts';
import { factsTouchedBy } from '../gap-facts.ts';

export interface NodeIndex {
  /** All nodes that people see. */
  readonly everything: Bitset;
  /** Nodes by the value of one of the indexed fields. */
  readonly by: Readonly<Record<IndexedField, ReadonlyMap<string, Bitset>>>;
  readonly jewels: Bitset;
  /** Nodes that rest on something that could not be read whole. */
  readonly limited: Bitset;
}

export type IndexedField = 'class' | 'kind';

const indexes = new WeakMap<AttackGraph, NodeIndex>();

export function nodeIndexOf(graph: AttackGraph): NodeIndex {
  const known = indexes.get(graph);
  if (known !== undefined) return known;
  const size = graph.nodes.length;
  const [everything, jewels, limited] = [bitset(size), bitset(size), bitset(size)];
  const by = { class: new Map<string, Bitset>(), kind: new Map<string, Bitset>() };
  const touched = factsTouchedBy(graph.estate);
  const enter = (map: Map<string, Bitset>, value: string, node: number) => {
    let nodes = map.get(value);
    if (nodes === undefined) {
      nodes = bitset(size);
      map.set(value, nodes);
    }
    addBit(nodes, node);
  };
  for (let number = 0; number < size; number += 1) {
    if (graph.isHub(number)) continue;
    const node = graph.nodeAt(number);
    addBit(everything, number);
    enter(by.class, node.class, number);
    enter(by.kind, node.kind, number);
    if (node.jewel !== undefined) addBit(jewels, number);
    if (touched === 'all' || node.facts.some((fact) => touched.has(fact))) addBit(limited, number);
  }
  const index = { everything, by, jewels, limited };
  indexes.set(graph, index);
  return index;
}
