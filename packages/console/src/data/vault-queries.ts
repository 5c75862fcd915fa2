import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** While something is being taken, it is looked at again. */
const againMs = 1_500;

export const vaultQuery = queryOptions({
  queryKey: ['evidence-vault'],
  queryFn: ({ signal }) => call('evidenceVault', { query: {} }, signal),
  refetchInterval: ({ state }) =>
    state.data?.snapshots.some((snapshot) => snapshot.state === 'taking') === true ? againMs : false,
});

export function snapshotQuery(id: string) {
  return queryOptions({
    queryKey: ['evidence-vault', id],
    queryFn: ({ signal }) => call('snapshot', { params: { id } }, signal),
    refetchInterval: ({ state }) => (state.data?.snapshot.state === 'taking' ? againMs : false),
  });
}
