import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';
import { telemetryDesk } from '../telemetry-desk.ts';

/** What models and their clients do, as their teams measure it. */
export function telemetryHandlers(station: Station): Pick<Handlers, 'telemetry' | 'takeTelemetry'> {
  const desk = telemetryDesk(station);
  return {
    telemetry: ({ signal }) => desk.show(signal),
    takeTelemetry: ({ body, caller }) => desk.send(body, caller.name),
  };
}
