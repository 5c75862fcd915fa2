/** Detections and the queue of a running server. In whose name, the token says. */
import type { Client } from '../http/client.ts';
import type { CaseDesk } from './world.ts';

export function remoteCases(client: Client, signal: AbortSignal): CaseDesk {
  const about = (id: string) => ({ params: { id } });
  return {
    queue: (hidden) => client.call('queue', { query: { hidden: String(hidden) } }, signal),
    case: (id) => client.call('case', about(id), signal),
    detections: (filter, { limit, after }) =>
      client.call('detections', { query: { ...filter, limit, ...(after === undefined ? {} : { after }) } }, signal),
    detection: (id) => client.call('detection', about(id), signal),
    merge: ({ into, from, reason }) =>
      client.call('mergeIncidents', { ...about(into), body: { from: [...from], reason } }, signal),
    split: ({ incident, detections, reason }) =>
      client.call('splitIncident', { ...about(incident), body: { detections: [...detections], reason } }, signal),
    openFrom: ({ detections, reason }) =>
      client.call('openFromDetections', { body: { detections: [...detections], reason } }, signal),
    close: ({ incident, as, reason }) =>
      client.call('closeIncident', { ...about(incident), body: { as, reason } }, signal),
    reopen: ({ incident, reason }) => client.call('reopenIncident', { ...about(incident), body: { reason } }, signal),
    adoptRoots: ({ incident, reason }) => client.call('adoptRoots', { ...about(incident), body: { reason } }, signal),
    giveVerdict: ({ detection, verdict, note }) =>
      client.call('giveVerdict', { ...about(detection), body: { verdict, note } }, signal),
    suppressions: async () => (await client.call('suppressions', {}, signal)).suppressions,
    suppress: ({ scope, reason, until }) =>
      client.call('suppress', { body: { scope, reason, until: until.toISOString() } }, signal),
    endSuppression: ({ id }) => client.call('endSuppression', about(id), signal),
    quality: (since) => client.call('quality', { query: since === null ? {} : { since } }, signal),
    timeline: (id, { after, limit, kind }) =>
      client.call(
        'timeline',
        {
          ...about(id),
          query: { limit, ...(after === undefined ? {} : { after }), ...(kind === undefined ? {} : { kind }) },
        },
        signal,
      ),
  };
}
