/**
 * Variables of a playbook: `__name__:value` stands for a value. What must stay true: a value is put in once and never looked at again
 * for further variables, and what goes into a query is parsed as a query of its own first, so that no value can break out of its place.
 */
import { parseQuery } from '../inventory/query/parse.ts';
import { printQuery } from '../inventory/query/print.ts';
import type { Playbook, WorkflowStep } from './cacao.ts';

/** Values by name; null where one is declared and has none. */
export type Variables = ReadonlyMap<string, string | null>;

const use = /__[a-zA-Z][a-zA-Z0-9_-]{0,199}?__:value/g;

/** Names that a text uses. */
export function usedIn(text: string): string[] {
  return [...text.matchAll(use)].map(([found]) => found.slice(0, -':value'.length));
}

/** Every text within a value, however deep. */
export function* textsWithin(value: unknown): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const inner of value) yield* textsWithin(inner);
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) yield* textsWithin(inner);
}

/** The variables of a playbook, with what the caller gives. A constant keeps its own value. */
export function variablesOf(playbook: Playbook, given: Readonly<Record<string, string>>): Variables {
  const values = new Map<string, string | null>();
  for (const [name, { value, constant }] of Object.entries(playbook.playbook_variables ?? {}))
    values.set(name, (constant === true ? undefined : given[name]) ?? value ?? null);
  return values;
}

/** The same with those of a step before them. */
export function withStepVariables(variables: Variables, step: WorkflowStep): Variables {
  const own = Object.entries(step.step_variables ?? {});
  if (own.length === 0) return variables;
  return new Map([...variables, ...own.map(([name, { value }]) => [name, value ?? null] as const)]);
}

/** The first name in a text that has no value. */
export function missingIn(text: string, variables: Variables): string | undefined {
  return usedIn(text).find((name) => (variables.get(name) ?? null) === null);
}

/** A text with its variables put in; what has no value stays as it stands. */
export function filledIn(text: string, variables: Variables): string {
  return text.replaceAll(use, (found) => variables.get(found.slice(0, -':value'.length)) ?? found);
}

/** A query with its variables put in, each as a query in brackets. @throws FirebreakError FB-QUERY-INVALID */
export function filledQuery(text: string, variables: Variables): string {
  return text.replaceAll(use, (found) => {
    const value = variables.get(found.slice(0, -':value'.length)) ?? null;
    return value === null ? found : `(${printQuery(parseQuery(value))})`;
  });
}

/** Plain JSON with the variables of its texts put in. */
export function filledWithin(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return filledIn(value, variables);
  if (Array.isArray(value)) return value.map((inner) => filledWithin(inner, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledWithin(inner, variables)]));
}

/** A text as the query language writes it, nothing in it standing for anything else. */
export function quotedInQuery(text: string): string {
  return `"${text.replaceAll(/[\\"*]/g, '\\$&')}"`;
}
