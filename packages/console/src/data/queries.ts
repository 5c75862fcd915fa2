/**
 * Every question that the console asks, with the key under which its answer is kept. All that belongs to one incident sits
 * under `['incident', id]`, so that one event can mark it stale at once.
 */
import { MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import { needsSignIn, ProblemError } from './problem.ts';

/** Who is signed in; `null` when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) =>
    call('me', {}, signal).catch((error: unknown) => {
      if (needsSignIn(error)) return null;
      throw error;
    }),
  staleTime: Number.POSITIVE_INFINITY,
});

export const estateQuery = queryOptions({
  queryKey: ['estate'],
  queryFn: ({ signal }) => call('estate', {}, signal),
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => call('listTokens', {}, signal),
});

/** Nodes whose id or name contains the text. */
export function nodesQuery(q: string, limit: number) {
  return queryOptions({
    queryKey: ['nodes', q, limit],
    queryFn: ({ signal }) => call('nodes', { query: q === '' ? { limit } : { q, limit } }, signal),
  });
}

export function incidentQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'case'],
    queryFn: ({ signal }) => call('incident', { params: { id } }, signal),
  });
}

export function blastQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'blast'],
    queryFn: ({ signal }) => call('blast', { params: { id } }, signal),
  });
}

export function drawingQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'drawing'],
    queryFn: ({ signal }) => call('drawing', { params: { id }, query: {} }, signal),
  });
}

export function pathsQuery(id: string, goal: string | undefined) {
  return queryOptions({
    queryKey: ['incident', id, 'paths', goal ?? null],
    queryFn: ({ signal }) =>
      call('paths', { params: { id }, query: goal === undefined ? { limit: 25 } : { goal, limit: 25 } }, signal),
  });
}

/** The plan; `null` while none was made. */
export function planQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'plan'],
    queryFn: ({ signal }) =>
      call('plan', { params: { id } }, signal).catch((error: unknown) => {
        if (error instanceof ProblemError && error.problem.code === 'FB-NOT-FOUND') return null;
        throw error;
      }),
  });
}

export function executionQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'execution'],
    queryFn: ({ signal }) => call('execution', { params: { id } }, signal),
  });
}

/** Of the whole log; an export asks them, and goes to the log of its incident. */
export function secondPartiesQuery(incident: string) {
  return queryOptions({
    queryKey: ['incident', incident, 'second-parties'],
    queryFn: ({ signal }) => call('secondParties', {}, signal),
  });
}

export function ledgerQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'ledger'],
    queryFn: ({ signal }) => call('ledger', { params: { id } }, signal),
  });
}

/**
 * Answers stay until an event says that they are stale (`live.ts`), so nothing is asked again merely because a window got
 * the focus. A call that finds nobody signed in ends the session here, once for all pages.
 */
export function newQueryClient(): QueryClient {
  const endSession = (error: unknown) => {
    if (needsSignIn(error)) client.setQueryData(sessionQuery.queryKey, null);
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: endSession }),
    mutationCache: new MutationCache({ onError: endSession }),
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && error instanceof ProblemError && error.problem.code === 'FB-SERVER-UNREACHABLE',
      },
    },
  });
  return client;
}
