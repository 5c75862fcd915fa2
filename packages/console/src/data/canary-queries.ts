/** What the console asks about canaries; all of it sits under `['canaries']`. */
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export const canariesQuery = queryOptions({
  queryKey: ['canaries', 'list'],
  queryFn: ({ signal }) => call('canaries', { query: {} }, signal),
});

export function canaryQuery(id: string) {
  return queryOptions({
    queryKey: ['canaries', 'one', id],
    queryFn: ({ signal }) => call('canary', { params: { id } }, signal),
  });
}
