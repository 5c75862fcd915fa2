/** What the explorer shows, as it stands in the address. */
import { type FacetName, type Facets, facetNames } from '../../data/query-text.ts';

export interface ExplorerSearch extends Facets {
  readonly q?: string;
}

const mostValues = 50;

/** The explorer's part of an address; what is not of the right form is left out. */
export function explorerSearch(search: Readonly<Record<string, unknown>>): ExplorerSearch {
  const found: Record<string, string | readonly string[]> = {};
  if (typeof search.q === 'string' && search.q !== '') found.q = search.q.slice(0, 8000);
  for (const name of facetNames) {
    const values = search[name];
    if (!Array.isArray(values)) continue;
    const texts = values.filter((value) => typeof value === 'string').slice(0, mostValues);
    if (texts.length > 0) found[name] = texts;
  }
  return found;
}

/** The search with one value of a facet chosen or no longer chosen. */
export function toggled(search: ExplorerSearch, name: FacetName, value: string): ExplorerSearch {
  const values = search[name] ?? [];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  const { [name]: _, ...rest } = search;
  return next.length === 0 ? rest : { ...rest, [name]: next };
}
