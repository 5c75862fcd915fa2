/** Ways in of those who have a protocol of their own: OTLP exporters, Amazon Data Firehose, webhooks that sign. */
import type { OtlpAnswer, TakenEvents } from '@firebreak/contract';
import type { Handlers } from '../../http/handlers.ts';
import { array, at, field } from '../../intake/foreign.ts';
import type { Station } from '../station.ts';

type Taken = 'takeSignedEvents' | 'takeFirehose' | 'takeTraces' | 'takeLogs' | 'refuseMetrics';

export function intakeHttpHandlers(station: Station): Pick<Handlers, Taken> {
  const take = (body: unknown, name: string) =>
    station.intake.take(Array.isArray(body) ? body : [body], { source: name, locator: `sent by ${name}` });
  return {
    // Whose secret signed it is known, and no more.
    takeSignedEvents: ({ params, body }) => take(body, `the webhook ${params.name}`),

    takeFirehose: async ({ body, caller }) => {
      await take(body, caller.name);
      return { requestId: body.requestId, timestamp: body.timestamp };
    },

    takeTraces: async ({ body, caller }) => partly(await take(body, caller.name), 'rejectedSpans'),

    takeLogs: async ({ body, caller }) => partly(await take(body, caller.name), 'rejectedLogRecords'),

    refuseMetrics: async ({ body }) => {
      const points = countOfPoints(body);
      if (points === 0) return {};
      const errorMessage = 'Firebreak keeps no metrics: send it traces and logs.';
      return { partialSuccess: { rejectedDataPoints: String(points), errorMessage } };
    },
  };
}

const longestMessage = 500;

/** What says nothing that happened was taken: it is no loss. */
function partly({ problems, more }: TakenEvents, rejected: 'rejectedSpans' | 'rejectedLogRecords'): OtlpAnswer {
  const count = problems.length + more;
  if (count === 0) return {};
  const why = [...new Set(problems.map((problem) => problem.why))].join(' ').slice(0, longestMessage);
  return { partialSuccess: { [rejected]: String(count), errorMessage: `Not kept: ${why}` } };
}

function countOfPoints(body: unknown): number {
  let points = 0;
  for (const resource of array(field(body, 'resourceMetrics')))
    for (const scope of array(field(resource, 'scopeMetrics')))
      for (const metric of array(field(scope, 'metrics')))
        for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'])
          points += array(at(metric, kind, 'dataPoints')).length;
  return points;
}
