/**
 * Which nodes a query means. Sets of nodes are bit sets; a term is tried only on the nodes that are still in question, cheap
 * terms before dear ones, so that `class = model and reaches(…)` looks at models alone.
 */
import type { GraphNode } from '@firebreak/contract';
import type { AttackGraph } from '../../graph/attack-graph.ts';
import { addBit, type Bitset, bitset, membersOf } from '../../graph/bitset.ts';
import { withEdgeFrom, withEdgeTo } from './edges.ts';
import { numberOf, textsOf, timeOf } from './field-values.ts';
import { type IndexedField, type NodeIndex, nodeIndexOf } from './node-index.ts';
import { both, minus, union } from './node-sets.ts';
import { parseQuery } from './parse.ts';
import { matchesPattern } from './pattern.ts';
import { reachedBy, reaching } from './relations.ts';
import type { Query } from './syntax.ts';
import { holds, timeTest } from './times.ts';

/**
 * The nodes that a query means, numbers ascending, hubs never.
 *
 * @param now what durations are relative to
 * @throws FirebreakError FB-QUERY-COSTLY when a relation over steps with several holdings cannot be settled in bounds
 */
export function query(graph: AttackGraph, asked: Query, now: Date): number[] {
  return [...membersOf(new Evaluation(graph, now).select(asked))];
}

/** `query` of a text. @throws FirebreakError FB-QUERY-INVALID, FB-QUERY-COSTLY */
export function queryNodes(graph: AttackGraph, text: string, now: Date): number[] {
  return query(graph, parseQuery(text), now);
}

class Evaluation {
  readonly #graph: AttackGraph;
  readonly #now: Date;
  readonly #index: NodeIndex;

  constructor(graph: AttackGraph, now: Date) {
    this.#graph = graph;
    this.#now = now;
    this.#index = nodeIndexOf(graph);
  }

  select(asked: Query, among: Bitset = this.#index.everything): Bitset {
    switch (asked.is) {
      case 'and':
        return inOrderOfCost(asked.of).reduce((left, each) => this.select(each, left), among);
      case 'or':
        return inOrderOfCost(asked.of).reduce(
          (found, each) => union(found, this.select(each, minus(among, found))),
          bitset(this.#graph.nodes.length),
        );
      case 'not':
        return minus(among, this.select(asked.of, among));
      case 'flag':
        return this.#flag(asked.flag, among);
      case 'has':
        if (asked.field.name === 'jewel') return both(among, this.#index.jewels);
        return this.#where(among, (node) => textsOf(node, asked.field).length > 0);
      case 'text':
        if (isIndexed(asked.field.name)) return this.#indexed(asked.field.name, asked.values, among);
        return this.#where(among, (node) =>
          textsOf(node, asked.field).some((text) => asked.values.some((value) => matchesPattern(value, text))),
        );
      case 'number':
        return this.#where(among, (node) => {
          const number = numberOf(node, asked.field);
          return number !== undefined && holds(number, asked.compare, asked.value);
        });
      case 'time': {
        const test = timeTest(asked, this.#now);
        return this.#where(among, (node) => test(timeOf(node, asked.field)));
      }
      case 'reach': {
        const of = this.select(asked.of);
        const related = asked.direction === 'reaches' ? reaching : reachedBy;
        return related(this.#graph.hypergraph, of, among, asked.within);
      }
      case 'edge': {
        const of = this.select(asked.of);
        return both(among, (asked.direction === 'to' ? withEdgeTo : withEdgeFrom)(this.#graph, asked.type, of));
      }
    }
  }

  #flag(flag: 'everything' | 'limited' | 'unread', among: Bitset): Bitset {
    if (flag === 'everything') return among;
    if (flag === 'limited') return both(among, this.#index.limited);
    return this.#where(among, (node) => node.facts.length === 0);
  }

  #indexed(field: IndexedField, values: readonly (readonly string[])[], among: Bitset): Bitset {
    let found = bitset(this.#graph.nodes.length);
    for (const [value, nodes] of this.#index.by[field])
      if (values.some((pattern) => matchesPattern(pattern, value))) found = union(found, both(among, nodes));
    return found;
  }

  #where(among: Bitset, test: (node: GraphNode) => boolean): Bitset {
    const found = bitset(this.#graph.nodes.length);
    for (const node of membersOf(among)) if (test(this.#graph.nodeAt(node))) addBit(found, node);
    return found;
  }
}

/** Looking up before trying, trying before walking the graph; else as written. */
function inOrderOfCost(queries: readonly Query[]): readonly Query[] {
  return [...queries].sort((a, b) => cost(a) - cost(b));
}

function cost(asked: Query): number {
  switch (asked.is) {
    case 'and':
    case 'or':
      return Math.max(...asked.of.map(cost));
    case 'not':
      return cost(asked.of);
    case 'flag':
      return 0;
    case 'has':
    case 'text':
      return isIndexed(asked.field.name) || asked.field.name === 'jewel' ? 0 : 1;
    case 'number':
    case 'time':
      return 1;
    case 'edge':
      return 2;
    case 'reach':
      return 3;
  }
}

function isIndexed(field: string): field is IndexedField {
  return field === 'class' || field === 'kind';
}
