/**
 * The HTTP client, derived from the contract's routes: method and path come from the data, answers are parsed by the same
 * schemas that the server promises. Nothing else in the console calls `fetch`.
 */
import { errorSchema, type RouteName, routes } from '@firebreak/contract/routes';
import type { z } from 'zod';
import { ProblemError, problemOf } from './problem.ts';

type Routes = typeof routes;
type Part<N extends RouteName, K extends 'params' | 'query' | 'body'> = Routes[N] extends {
  readonly [key in K]: infer S extends z.ZodType;
}
  ? { readonly [key in K]: z.input<S> }
  : unknown;

/** What a route wants: those of `params`, `query` and `body` that it declares. */
export type RequestOf<N extends RouteName> = Part<N, 'params'> & Part<N, 'query'> & Part<N, 'body'>;
/** What a route answers; `never` for event streams and files. */
export type AnswerOf<N extends RouteName> = Routes[N] extends { readonly returns: infer S extends z.ZodType }
  ? z.output<S>
  : never;

interface Parts {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** Longer than the server takes for its slowest answer, a plan on a very large estate. */
const patienceMs = 120_000;

/** The address of a route with its parameters filled in; parameters without a value are left out of the query. */
export function addressOf<N extends RouteName>(name: N, request: RequestOf<N>): string {
  const { params = {}, query = {} } = request as Parts;
  const path = routes[name].path.replace(/\{(\w+)\}/g, (_, key: string) => {
    const value = params[key];
    if (value === undefined) throw new Error(`route ${name} needs the parameter ${key}`);
    return encodeURIComponent(String(value));
  });
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  ).toString();
  return search === '' ? path : `${path}?${search}`;
}

/**
 * Calls a route and returns its parsed answer.
 *
 * @throws ProblemError the server's own error, `FB-SERVER-UNREACHABLE` without an answer, or `FB-ANSWER-INVALID` when the
 * answer is not what the route promises.
 */
export async function call<N extends RouteName>(
  name: N,
  request: RequestOf<N>,
  signal?: AbortSignal,
): Promise<AnswerOf<N>> {
  const route = routes[name];
  const { body } = request as Parts;
  const patience = AbortSignal.timeout(patienceMs);
  let response: Response;
  let text: string;
  try {
    response = await fetch(addressOf(name, request), {
      method: route.method,
      credentials: 'same-origin',
      cache: 'no-store',
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? patience : AbortSignal.any([signal, patience]),
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw problemOf(
      'FB-SERVER-UNREACHABLE',
      patience.aborted
        ? `No answer came within ${patienceMs / 1000} seconds.`
        : 'The connection could not be made or broke off.',
    );
  }
  const answer = parseJson(text, response.status);
  if (!response.ok) throw refusal(answer, response.status);
  if (!('returns' in route)) throw new Error(`route ${name} has no JSON answer`);
  const parsed = (route.returns as z.ZodType).safeParse(answer);
  if (!parsed.success) throw problemOf('FB-ANSWER-INVALID', firstIssue(parsed.error));
  return parsed.data as AnswerOf<N>;
}

function parseJson(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw problemOf('FB-ANSWER-INVALID', `It answered ${status} with something that is not JSON.`);
  }
}

function refusal(answer: unknown, status: number): ProblemError {
  const parsed = errorSchema.safeParse(answer);
  return parsed.success
    ? new ProblemError(parsed.data)
    : problemOf('FB-ANSWER-INVALID', `It answered ${status} without an error of the catalogue.`);
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'The answer' : `The field ${issue.path.join('.')}`;
  return `${where} is not as agreed: ${issue?.message ?? 'unknown'}.`;
}
