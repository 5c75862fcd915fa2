/** What the console asks about artifacts, promotions and what delivery channels deliver. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

export const inspectionsQuery = queryOptions({
  queryKey: ['promotion', 'inspections'],
  queryFn: ({ signal }) => call('artifactInspections', {}, signal),
});

const mostPromotions = 200;

export const promotionsQuery = queryOptions({
  queryKey: ['promotion', 'decisions'],
  queryFn: ({ signal }) => call('promotions', { query: { limit: mostPromotions } }, signal),
});

export function artifactQuery(subject: string) {
  return queryOptions({
    queryKey: ['promotion', 'artifact', subject],
    queryFn: ({ signal }) => call('artifactPage', { query: { subject } }, signal),
  });
}

export function channelAuditQuery(since: string) {
  return queryOptions({
    queryKey: ['promotion', 'channels', since],
    queryFn: ({ signal }) => call('channelAudit', { body: { since } }, signal),
    placeholderData: keepPreviousData,
  });
}
