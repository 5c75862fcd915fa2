/**
 * A query as data: what the parser makes, the printer writes and the evaluation reads. Grammar and meaning are in
 * docs/query.md. Queries are in one normal form, so that equal meanings written differently (brackets that change nothing)
 * are equal values: an `and` never holds an `and` directly, an `or` no `or`, and each holds at least two. `allOf` and `anyOf`
 * keep that.
 */

/** A text with wildcards: the pieces between its `*`, so `a*b` is `['a', 'b']` and a text without any is one piece. */
export type Pattern = readonly string[];

export type Compare = '=' | '<' | '<=' | '>' | '>=';

export const textFields = [
  'class',
  'kind',
  'name',
  'namespace',
  'id',
  'system',
  'jewel',
  'owner',
  'product',
  'sla',
  'sensitivity',
  'retention',
  'permitted-use',
  'hosting',
  'vendor',
  'lifetime',
  'access',
] as const;
export type TextField = (typeof textFields)[number];

/** Fields that are named with a key: `label:app.kubernetes.io/name`. */
export const keyedFields = ['label', 'tag', 'duty', 'detail'] as const;
export type KeyedField = (typeof keyedFields)[number];

export const spanFields = ['age', 'idle'] as const;
export const momentFields = ['created', 'last-used', 'expires'] as const;
export type TimeField = (typeof spanFields)[number] | (typeof momentFields)[number];

/** What is true or not of a node and has no value. */
export const flags = ['everything', 'limited', 'unread'] as const;
export type Flag = (typeof flags)[number];

export type Field =
  | { readonly name: TextField | TimeField | 'impact' }
  | { readonly name: KeyedField; readonly key: string };

export const spanUnits = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
} as const;
export type SpanUnit = keyof typeof spanUnits;

export type TimeValue =
  | { readonly count: number; readonly unit: SpanUnit }
  /** ISO 8601, as written. */
  | { readonly at: string }
  | 'never';

export type Query =
  | { readonly is: 'flag'; readonly flag: Flag }
  | { readonly is: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly is: 'not'; readonly of: Query }
  /** The field has a value. */
  | { readonly is: 'has'; readonly field: Field }
  /** The field's value is one of these. */
  | { readonly is: 'text'; readonly field: Field; readonly values: readonly Pattern[] }
  | { readonly is: 'number'; readonly field: Field; readonly compare: Compare; readonly value: number }
  | { readonly is: 'time'; readonly field: TimeField; readonly compare: Compare; readonly value: TimeValue }
  | {
      readonly is: 'reach';
      readonly direction: 'reaches' | 'reached-by';
      readonly of: Query;
      /** Steps at most; any number when absent. */
      readonly within?: number;
    }
  | { readonly is: 'edge'; readonly type: Pattern; readonly direction: 'to' | 'from'; readonly of: Query };

export function allOf(queries: readonly Query[]): Query {
  return combined('and', queries);
}

export function anyOf(queries: readonly Query[]): Query {
  return combined('or', queries);
}

/** @param queries at least one */
function combined(is: 'and' | 'or', queries: readonly Query[]): Query {
  const of = queries.flatMap((query) => (query.is === is ? query.of : [query]));
  return of.length === 1 ? (of[0] as Query) : { is, of };
}
