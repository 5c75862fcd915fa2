/** What the console asks about the estate as a whole, with the keys under which the answers are kept. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';
import { idIs } from './query-text.ts';

/** More rows than this are counted and not listed. */
export const mostRows = 20_000;

/** The nodes that a query means, the first of them listed. */
export function nodesOfQuery(q: string, limit: number) {
  return queryOptions({
    queryKey: ['estate', 'inventory', q, limit],
    queryFn: ({ signal }) => call('inventory', { query: { q, limit } }, signal),
  });
}

/** The same for a search that changes as somebody types: what was found before stays until the new answer is there. */
export function searchQuery(q: string) {
  return queryOptions({ ...nodesOfQuery(q, mostRows), placeholderData: keepPreviousData });
}

/** One node with all that is known of it. */
export function assetQuery(id: string) {
  return queryOptions({
    queryKey: ['estate', 'asset', id],
    queryFn: ({ signal }) => call('inventory', { query: { q: idIs(id), limit: 1 } }, signal),
  });
}

export const identitiesQuery = queryOptions({
  queryKey: ['estate', 'identities'],
  queryFn: ({ signal }) => call('identities', { query: {} }, signal),
});

/** One identity as the identities page tells it. */
export function identityQuery(id: string) {
  return queryOptions({
    queryKey: ['estate', 'identities', id],
    queryFn: ({ signal }) => call('identities', { query: { query: idIs(id) } }, signal),
  });
}

export const exposureQuery = queryOptions({
  queryKey: ['estate', 'exposure'],
  queryFn: ({ signal }) => call('exposure', { query: { why: 0 } }, signal),
});

/** The best path of one identity to one asset: exposure asked of these two alone. */
export function pairQuery(identity: string, asset: string) {
  return queryOptions({
    queryKey: ['estate', 'exposure', identity, asset],
    queryFn: ({ signal }) =>
      call('exposure', { query: { identities: idIs(identity), protect: idIs(asset), why: 1 } }, signal),
  });
}

/** The assets that one identity reaches, with the best path to the worst. */
export function exposureOfQuery(identity: string) {
  return queryOptions({
    queryKey: ['estate', 'exposure', identity],
    queryFn: ({ signal }) => call('exposure', { query: { identities: idIs(identity), why: 1 } }, signal),
  });
}

export function requestPathQuery(endpoint: string) {
  return queryOptions({
    queryKey: ['estate', 'request-path', endpoint],
    queryFn: ({ signal }) => call('requestPath', { query: { endpoint } }, signal),
  });
}

export function lineageQuery(model: string) {
  return queryOptions({
    queryKey: ['estate', 'lineage', model],
    queryFn: ({ signal }) => call('lineage', { query: { model } }, signal),
  });
}

export function threatModelQuery(asset: string) {
  return queryOptions({
    queryKey: ['estate', 'threat-model', asset],
    queryFn: ({ signal }) => call('threatModel', { query: { asset } }, signal),
  });
}

export const channelsQuery = queryOptions({
  queryKey: ['estate', 'channels'],
  queryFn: ({ signal }) => call('channels', {}, signal),
});

export const aiToolsQuery = queryOptions({
  queryKey: ['estate', 'ai-tools'],
  queryFn: ({ signal }) => call('aiTools', {}, signal),
});

export const thirdPartiesQuery = queryOptions({
  queryKey: ['estate', 'third-parties'],
  queryFn: ({ signal }) => call('thirdParties', {}, signal),
});

export const privilegesQuery = queryOptions({
  queryKey: ['estate', 'privileges'],
  queryFn: ({ signal }) => call('privileges', { query: {} }, signal),
});

/** Exposure before and after; the last answer stays on the screen until the next one is there. */
export function whatIfQuery(toggles: readonly string[]) {
  return queryOptions({
    queryKey: ['estate', 'what-if', toggles],
    queryFn: ({ signal }) => call('whatIf', { body: { toggles: [...toggles] } }, signal),
    placeholderData: keepPreviousData,
  });
}

export const reviewsQuery = queryOptions({
  queryKey: ['reviews'],
  queryFn: ({ signal }) => call('reviews', {}, signal),
});

export function reviewQuery(id: string) {
  return queryOptions({
    queryKey: ['reviews', id],
    queryFn: ({ signal }) => call('review', { params: { id } }, signal),
  });
}
