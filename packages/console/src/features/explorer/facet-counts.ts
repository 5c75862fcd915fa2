import type { Asset } from '@firebreak/contract/answers/inventory';
import { type FacetName, facetNames, tagValue, unstated } from '../../data/query-text.ts';

export interface FacetValue {
  readonly value: string;
  readonly nodes: number;
}

/** How many nodes have each value of each facet, most first; `unstated` for those without one. */
export function facetCounts(nodes: readonly Asset[]): Readonly<Record<FacetName, readonly FacetValue[]>> {
  const counts = Object.fromEntries(facetNames.map((name) => [name, new Map<string, number>()])) as Record<
    FacetName,
    Map<string, number>
  >;
  for (const node of nodes) {
    for (const name of facetNames) {
      for (const value of valuesFor[name](node)) counts[name].set(value, (counts[name].get(value) ?? 0) + 1);
    }
  }
  const listed = (name: FacetName) =>
    [...counts[name]]
      .map(([value, count]) => ({ value, nodes: count }))
      .toSorted((a, b) => b.nodes - a.nodes || a.value.localeCompare(b.value));
  return Object.fromEntries(facetNames.map((name) => [name, listed(name)])) as Record<FacetName, FacetValue[]>;
}

const valuesFor: Readonly<Record<FacetName, (node: Asset) => readonly string[]>> = {
  class: (node) => [node.class],
  system: (node) => [systemOf(node)],
  owner: (node) => [node.about?.owner ?? unstated],
  sensitivity: (node) => [node.about?.sensitivity ?? unstated],
  hosting: (node) => [node.about?.hosting ?? unstated],
  // A node has many tags or none; having none is nothing to narrow by.
  tag: (node) => Object.entries(node.about?.tags ?? {}).map(([name, value]) => tagValue(name, value)),
};

/** The system that a node's id begins with. */
export function systemOf({ id }: { readonly id: string }): string {
  return id.slice(0, Math.max(0, id.indexOf(':')));
}
