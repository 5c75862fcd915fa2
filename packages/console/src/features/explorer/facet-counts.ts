import type { Asset } from '@firebreak/contract/answers/inventory';
import { type FacetName, facetNames, unstated } from '../../data/query-text.ts';

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
      const value = valueFor[name](node) ?? unstated;
      counts[name].set(value, (counts[name].get(value) ?? 0) + 1);
    }
  }
  const listed = (name: FacetName) =>
    [...counts[name]]
      .map(([value, count]) => ({ value, nodes: count }))
      .toSorted((a, b) => b.nodes - a.nodes || a.value.localeCompare(b.value));
  return Object.fromEntries(facetNames.map((name) => [name, listed(name)])) as Record<FacetName, FacetValue[]>;
}

const valueFor: Readonly<Record<FacetName, (node: Asset) => string | undefined>> = {
  class: (node) => node.class,
  system: systemOf,
  owner: (node) => node.about?.owner,
  sensitivity: (node) => node.about?.sensitivity,
  hosting: (node) => node.about?.hosting,
};

/** The system that a node's id begins with. */
export function systemOf({ id }: { readonly id: string }): string {
  return id.slice(0, Math.max(0, id.indexOf(':')));
}
