/** A hunt as data: what the parser makes of a text, and what conditions are made from. Grammar and meaning are in docs/hunting.md. */
import type { Compare, Pattern } from '../../inventory/query/syntax.ts';

export const huntFields = [
  'actor',
  'credential',
  'session',
  'target',
  'operation',
  'activity',
  'outcome',
  'reason',
  'format',
  'system',
  'address',
  'agent',
  'id',
] as const;

export type HuntField =
  | { readonly name: (typeof huntFields)[number] }
  /** Of the event as it came: the path to a value, or its whole text where that is empty. */
  | { readonly name: 'raw'; readonly path: string };

export type HuntQuery =
  | { readonly is: 'everything' }
  | { readonly is: 'and' | 'or'; readonly of: readonly HuntQuery[] }
  | { readonly is: 'not'; readonly of: HuntQuery }
  /** The field has a value. */
  | { readonly is: 'has'; readonly field: HuntField }
  /** A value of the field is one of these. */
  | { readonly is: 'text'; readonly field: HuntField; readonly values: readonly Pattern[] }
  | { readonly is: 'number'; readonly path: string; readonly compare: Compare; readonly value: number }
  /** ISO 8601, UTC, with milliseconds. */
  | { readonly is: 'time'; readonly compare: Compare; readonly at: string };
