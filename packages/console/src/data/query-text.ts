/**
 * Queries put together from what a person typed and what they picked. The typed text stays as it is, so that a position in
 * the server's complaint can be shown in it; what is not a query at all is looked for in ids.
 */

export interface Facets {
  readonly class?: readonly string[];
  readonly system?: readonly string[];
  readonly owner?: readonly string[];
  readonly sensitivity?: readonly string[];
  readonly hosting?: readonly string[];
  /** Each as `tagValue` writes it. */
  readonly tag?: readonly string[];
}
export type FacetName = keyof Facets;
export const facetNames: readonly FacetName[] = ['class', 'system', 'owner', 'sensitivity', 'hosting', 'tag'];

/** What nobody stated, as a facet's value. */
export const unstated = '';

export interface ComposedQuery {
  readonly query: string;
  /** Where in the query the typed text begins; null when the text was only looked for in ids. */
  readonly typedAt: number | null;
}

/** A value as the query language quotes it. */
export function quoted(value: string): string {
  return `"${value.replace(/["\\*]/g, '\\$&')}"`;
}

/** The query that means exactly this node. */
export function idIs(id: string): string {
  return `id = ${quoted(id)}`;
}

/** Words that are a whole query by themselves: flags, and fields that may simply be there. */
const wholeWords = new Set([
  'everything',
  'limited',
  'unread',
  'default',
  'jewel',
  'owner',
  'product',
  'sla',
  'sensitivity',
  'retention',
  'hosting',
  'vendor',
  'impact',
]);

/** Whether the text is written in the query language rather than part of a name. */
export function isQuery(text: string): boolean {
  if (/[=<>()!;,"]/.test(text)) return true;
  return text
    .trim()
    .split(/\s+/)
    .some((word) => wholeWords.has(word) || word === 'edge' || word === 'not');
}

/** What the explorer asks. Without text and facets: everything. */
export function composeQuery(text: string, facets: Facets): ComposedQuery {
  const chosen = facetNames.flatMap((name) => facetTerm(name, facets[name] ?? []));
  const typed = text.trim();
  if (typed === '') return { query: chosen.length === 0 ? 'everything' : chosen.join(' and '), typedAt: null };
  if (!isQuery(typed)) return { query: [`id = ${found(typed)}`, ...chosen].join(' and '), typedAt: null };
  if (chosen.length === 0) return { query: typed, typedAt: 0 };
  return { query: `(${typed}) and ${chosen.join(' and ')}`, typedAt: 1 };
}

function found(text: string): string {
  return `"*${quoted(text).slice(1, -1).replaceAll('\\*', '*')}*"`;
}

/** A tag as a facet's value: both parts, told apart whatever they hold. */
export function tagValue(name: string, value: string): string {
  return JSON.stringify([name, value]);
}

/** The parts of `tagValue`; undefined for what an address made up. */
export function tagOf(value: string): readonly [name: string, value: string] | undefined {
  try {
    const [name, of, ...more] = JSON.parse(value) as readonly unknown[];
    return typeof name === 'string' && typeof of === 'string' && more.length === 0 ? [name, of] : undefined;
  } catch {
    return undefined;
  }
}

function tagTerm(value: string): string {
  const [name, of] = tagOf(value) ?? [value, ''];
  return `tag:${quoted(name)} = ${quoted(of)}`;
}

function facetTerm(name: FacetName, values: readonly string[]): readonly string[] {
  if (values.length === 0) return [];
  if (name === 'tag') return [`(${values.map(tagTerm).join(' or ')})`];
  const stated = values.filter((value) => value !== unstated);
  const terms = stated.length === 0 ? [] : [`${name} in (${stated.map(quoted).join(', ')})`];
  if (stated.length < values.length) terms.push(`not ${name}`);
  return [terms.length === 1 ? (terms[0] as string) : `(${terms.join(' or ')})`];
}
