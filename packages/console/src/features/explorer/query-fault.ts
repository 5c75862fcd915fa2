import { ProblemError } from '../../data/problem.ts';
import type { ComposedQuery } from '../../data/query-text.ts';

/** What is wrong with a typed query. */
export interface QueryFault {
  readonly why: string;
  /** In the typed text, 0-based; null when it is not about a place in it. */
  readonly at: number | null;
}

/** The server's complaint about the query, with its position in what was typed; null for any other error. */
export function queryFault(error: unknown, { typedAt }: ComposedQuery): QueryFault | null {
  if (!(error instanceof ProblemError)) return null;
  const { code, why, detail } = error.problem;
  if (code !== 'FB-QUERY-INVALID' && code !== 'FB-QUERY-COSTLY') return null;
  const position = detail?.position;
  const at = typeof position === 'number' && typedAt !== null ? Math.max(0, position - typedAt) : null;
  // The sentence counts from the beginning of the whole query; the mark in the text says it better.
  return { why: why.replace(/ \(position \d+\)\.$/, '.'), at };
}
