/** What the console asks around the plan of an incident: other plans, the race, the scope, and what a step would break. */
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

/** Levers that a plan must use, and levers that it must not. */
export interface PlanWish {
  readonly pin: readonly string[];
  readonly forbid: readonly string[];
}

/** Every variant under a wish; the answer before stays in sight while the next is computed. */
export function planChoiceQuery(id: string, { pin, forbid }: PlanWish) {
  return queryOptions({
    queryKey: ['incident', id, 'choice', pin, forbid],
    queryFn: ({ signal }) =>
      call('comparePlans', { params: { id }, body: { pin: [...pin], forbid: [...forbid] } }, signal),
    placeholderData: keepPreviousData,
    // A contradiction stays one until somebody takes a wish back.
    retry: false,
  });
}

/** Enough to tell orders apart, and an answer within seconds on a large estate; `firebreak race` runs more. */
const raceRuns = 2_000;

export function raceQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'race'],
    queryFn: ({ signal }) => call('race', { params: { id }, query: { runs: raceRuns } }, signal),
  });
}

export function scopeQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'scope'],
    queryFn: ({ signal }) => call('scope', { params: { id } }, signal),
  });
}

/** What breaks if a node is revoked or a lever is pulled, by its id or key. */
export function impactQuery(what: string) {
  return queryOptions({
    queryKey: ['estate', 'impact', what],
    queryFn: ({ signal }) => call('impact', { query: { what } }, signal),
  });
}
