import { queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** Approvals against the policy, newest first. */
export const breakGlassesQuery = queryOptions({
  queryKey: ['break-glass'],
  queryFn: async ({ signal }) => (await call('breakGlasses', {}, signal)).breakGlasses,
});
