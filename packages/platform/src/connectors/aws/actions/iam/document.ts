/**
 * Policy documents as texts: kept as AWS keeps them, because undo brings back the exact text, and compared as values, because
 * AWS may write the same document differently.
 */
import { isDeepStrictEqual } from 'node:util';
import { array, type Foreign, record } from '../../../../intake/foreign.ts';

/** As IAM answers it: percent-encoded, or plain. */
export function documentText(answered: unknown): string | null {
  if (typeof answered !== 'string' || answered === '') return null;
  if (!answered.startsWith('%')) return answered;
  try {
    return decodeURIComponent(answered);
  } catch {
    return answered;
  }
}

/** The statements of a document, whichever way it writes a single one. */
export function statementsOf(text: string | null): readonly Foreign[] {
  const { Statement } = documentOf(text);
  return (Array.isArray(Statement) ? array(Statement) : [Statement])
    .map(record)
    .filter((statement) => statement !== undefined);
}

export function documentOf(text: string | null): Foreign {
  if (text === null) return {};
  try {
    return record(JSON.parse(text)) ?? {};
  } catch {
    return {};
  }
}

export function sameDocument(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return a === b;
  return isDeepStrictEqual(documentOf(a), documentOf(b));
}

/** The document with other statements, everything else of it kept. */
export function withStatements(text: string | null, statements: readonly Foreign[]): string {
  return JSON.stringify({ Version: '2012-10-17', ...documentOf(text), Statement: statements });
}

/** All statements but those that are equal to one. */
export function without(text: string | null, statement: Foreign): readonly Foreign[] {
  return statementsOf(text).filter((each) => !isDeepStrictEqual(each, statement));
}

export function countOf(text: string | null, statement: Foreign): number {
  return statementsOf(text).filter((each) => isDeepStrictEqual(each, statement)).length;
}
