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

/** What is asked, as it stands in the address: whoever is sent the address asks the same. */
export interface HuntQuestion {
  readonly q?: string;
  /** UTC, to the minute: `2026-11-21T10:00`. */
  readonly since?: string;
  readonly until?: string;
  /** Fields as columns, with commas: `address, raw.user.username`. */
  readonly columns?: string;
}

/** The page's part of an address. Whatever an address says, what is not a question is left out. */
export function huntSearch(search: Readonly<Record<string, unknown>>): HuntQuestion {
  const text = (value: unknown, most: number) =>
    typeof value === 'string' && value.trim() !== '' ? value.slice(0, most) : undefined;
  const time = (value: unknown) => (typeof value === 'string' && instant(value) !== undefined ? value : undefined);
  return present({
    q: text(search.q, 8000),
    since: time(search.since),
    until: time(search.until),
    columns: text(search.columns, 2000),
  });
}

/** A minute of the address as the server takes times; undefined for what is none. */
function instant(minute: string): string | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(minute)) return undefined;
  const at = new Date(`${minute}:00Z`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** The question as the server takes it; the last minute is asked for to its end. */
export function huntAsked({ q = everyEvent, since, until, columns }: HuntQuestion) {
  const last = until === undefined ? undefined : instant(until);
  return {
    q,
    ...present({
      since: since === undefined ? undefined : instant(since),
      until: last === undefined ? undefined : new Date(Date.parse(last) + 59_999).toISOString(),
      columns,
    }),
  };
}

/** Titles of the columns, as they were typed: a comma between quotes is none between columns. */
export function columnTitles(columns: string): string[] {
  return (columns.match(/(?:"(?:\\.|[^"\\])*"|[^,"])+/g) ?? []).map((title) => title.trim());
}

function present<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
