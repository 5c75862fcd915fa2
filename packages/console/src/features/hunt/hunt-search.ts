import type { Hunt } from '@firebreak/contract/answers/hunt';
import { quoted } from '../../data/query-text.ts';

type Facets = NonNullable<Hunt['facets']>;

/** What is counted beside what was found, with the field of the query language that asks for it. */
export const facetFields: readonly { readonly facet: keyof Facets; readonly field: string; readonly title: string }[] =
  [
    { facet: 'actors', field: 'actor', title: 'Who' },
    { facet: 'targets', field: 'target', title: 'On what' },
    { facet: 'operations', field: 'operation', title: 'What was done' },
    { facet: 'outcomes', field: 'outcome', title: 'Outcome' },
    { facet: 'addresses', field: 'address', title: 'From where' },
    { facet: 'formats', field: 'format', title: 'Format' },
  ];

export const everyEvent = 'everything';

/** The query narrowed to one value of a field. */
export function narrowed(query: string, field: string, value: string): string {
  const term = `${field} = ${quoted(value)}`;
  const asked = query.trim();
  if (asked === '' || asked === everyEvent) return term;
  // What is joined by "or" would take the new term to its last part alone.
  return / or |;/.test(asked) ? `(${asked}) and ${term}` : `${asked} and ${term}`;
}

/** The page's part of an address. */
export function huntSearch(search: Readonly<Record<string, unknown>>): { q?: string } {
  return typeof search.q === 'string' && search.q.trim() !== '' ? { q: search.q.slice(0, 8000) } : {};
}
