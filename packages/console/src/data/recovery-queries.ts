/** What the console asks about the recovery of an incident; under `['incident', id]`, so that whatever changes there makes it stale. */
import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export function recoveryQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'recovery'],
    queryFn: ({ signal }) => call('recoveryBoard', { params: { id } }, signal),
  });
}

export function followUpsQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'follow-ups'],
    queryFn: ({ signal }) => call('followUps', { query: { incident: id } }, signal),
  });
}
