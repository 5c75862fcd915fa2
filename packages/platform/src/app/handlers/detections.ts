/** Detections, the queue of incidents, and what people decide about them. */
import type { Handlers } from '../../http/handlers.ts';
import { caseDesk } from '../case-desk.ts';
import type { Station } from '../station.ts';

type Served =
  | 'queue'
  | 'case'
  | 'timeline'
  | 'mergeIncidents'
  | 'splitIncident'
  | 'closeIncident'
  | 'reopenIncident'
  | 'adoptRoots'
  | 'detections'
  | 'detection'
  | 'openFromDetections'
  | 'giveVerdict'
  | 'suppressions'
  | 'suppress'
  | 'endSuppression'
  | 'quality';

export function detectionHandlers(station: Station): Pick<Handlers, Served> {
  const desk = caseDesk(station);
  return {
    queue: ({ query }) => desk.queue(query.hidden),
    case: ({ params }) => desk.case(params.id),
    timeline: ({ params, query: { after, limit, kind }, signal }) =>
      desk.timeline(params.id, { after, limit, kind }, signal),
    mergeIncidents: ({ params, body, caller }) =>
      desk.merge({ into: params.id, from: body.from, reason: body.reason, by: caller.name }),
    splitIncident: ({ params, body, caller }) => desk.split({ incident: params.id, ...body, by: caller.name }),
    closeIncident: ({ params, body, caller }) => desk.close({ incident: params.id, ...body, by: caller.name }),
    reopenIncident: ({ params, body, caller }) => desk.reopen({ incident: params.id, ...body, by: caller.name }),
    adoptRoots: ({ params, body, caller }) => desk.adoptRoots({ incident: params.id, ...body, by: caller.name }),
    detections: ({ query: { after, limit, ...filter } }) => desk.detections(filter, { after, limit }),
    detection: ({ params }) => desk.detection(params.id),
    openFromDetections: ({ body, caller }) => desk.openFrom({ ...body, by: caller.name }),
    giveVerdict: ({ params, body, caller }) => desk.giveVerdict({ detection: params.id, ...body, by: caller.name }),
    suppressions: async () => ({ suppressions: [...(await desk.suppressions())] }),
    suppress: ({ body, caller }) => desk.suppress({ ...body, until: new Date(body.until), by: caller.name }),
    endSuppression: ({ params, caller }) => desk.endSuppression({ id: params.id, by: caller.name }),
    quality: ({ query }) => desk.quality(query.since ?? null),
  };
}
