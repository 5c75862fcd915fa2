/**
 * What the console asks about detections and what came in. Answers of one incident sit under `['incident', id]`, as those of
 * `queries.ts` do; the queue sits under `['incidents']`, and all else that new detections change under `['detections']`.
 */
import type { DetectionFilter } from '@firebreak/contract/answers/detections';
import type { Hunt } from '@firebreak/contract/answers/hunt';
import type { RotationState } from '@firebreak/contract/answers/rotation';
import type { TimelineKind } from '@firebreak/contract/answers/timeline';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client.ts';

const aPage = 100;
const huntPage = 200;

/** Incidents as they are worked; closed, merged and quiet ones only when asked for. */
export function queueQuery(hidden: boolean) {
  return queryOptions({
    queryKey: ['incidents', 'queue', hidden],
    queryFn: ({ signal }) => call('queue', { query: hidden ? { hidden: 'true' } : {} }, signal),
    placeholderData: keepPreviousData,
  });
}

/** One incident with its detections. */
export function caseQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'case', 'members'],
    queryFn: ({ signal }) => call('case', { params: { id } }, signal),
  });
}

export function timelineQuery(id: string, kind: TimelineKind | undefined) {
  return infiniteQueryOptions({
    queryKey: ['incident', id, 'timeline', kind ?? null],
    queryFn: ({ signal, pageParam }) =>
      call('timeline', { params: { id }, query: { limit: aPage, kind, after: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

/** Could versus did. */
export function didQuery(id: string) {
  return queryOptions({
    queryKey: ['incident', id, 'did'],
    queryFn: ({ signal }) => call('did', { params: { id }, query: {} }, signal),
  });
}

export function detectionsQuery(filter: Partial<DetectionFilter>) {
  return infiniteQueryOptions({
    queryKey: ['detections', 'list', filter],
    queryFn: ({ signal, pageParam }) =>
      call('detections', { query: { ...filter, limit: aPage, after: pageParam } }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export const suppressionsQuery = queryOptions({
  queryKey: ['detections', 'suppressions'],
  queryFn: ({ signal }) => call('suppressions', {}, signal),
});

export const qualityQuery = queryOptions({
  queryKey: ['detections', 'quality'],
  queryFn: ({ signal }) => call('quality', { query: {} }, signal),
});

export const telemetryQuery = queryOptions({
  queryKey: ['telemetry'],
  queryFn: ({ signal }) => call('telemetry', {}, signal),
});

/** Counts move all the time and no event says so. */
const countsMs = 5_000;

export const intakeQuery = queryOptions({
  queryKey: ['intake'],
  queryFn: ({ signal }) => call('intake', {}, signal),
  refetchInterval: countsMs,
});

export const outletsQuery = queryOptions({
  queryKey: ['outlets'],
  queryFn: ({ signal }) => call('outlets', {}, signal),
  refetchInterval: countsMs,
});

export function rotationQuery(state: RotationState | undefined) {
  return queryOptions({
    queryKey: ['rotation', state ?? null],
    queryFn: ({ signal }) => call('rotation', { query: { state } }, signal),
    placeholderData: keepPreviousData,
  });
}

/** One event as it came; it never changes. */
export function keptEventQuery(id: string) {
  return queryOptions({
    queryKey: ['event', id],
    queryFn: ({ signal }) => call('event', { params: { id } }, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

interface AskedHunt {
  readonly q: string;
  /** ISO 8601, UTC. */
  readonly since?: string;
  readonly until?: string;
  readonly columns?: string;
}

/** Events that a query means, those that came in last first; what was found before stays until the new answer is there. */
export function huntQuery(asked: AskedHunt) {
  return infiniteQueryOptions({
    queryKey: ['hunt', asked],
    queryFn: ({ signal, pageParam }) =>
      call('hunt', { query: { ...asked, limit: huntPage, before: pageParam } }, signal),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });
}

const exportPage = 500;

/** All that a query means, up to so many events. @returns whether there are more */
export async function wholeHunt(
  asked: AskedHunt,
  most: number,
): Promise<{ readonly events: Hunt['events']; readonly more: boolean }> {
  const events: Hunt['events'] = [];
  let before: number | undefined;
  while (true) {
    const page = await call('hunt', { query: { ...asked, limit: exportPage, before } });
    events.push(...page.events);
    if (page.next === null || events.length >= most)
      return { events: events.slice(0, most), more: page.next !== null || events.length > most };
    before = page.next;
  }
}
