import type { Authenticator } from '../../http/authenticate.ts';
import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';
import { accessHandlers } from './access.ts';
import { approvalHandlers } from './approvals.ts';
import { containmentHandlers } from './containment.ts';
import { detectionHandlers } from './detections.ts';
import { estateHandlers } from './estate.ts';
import { eventHandlers } from './events.ts';
import { evidenceHandlers } from './evidence.ts';
import { givenPlanHandlers } from './given-plan.ts';
import { huntHandlers } from './hunt.ts';
import { incidentHandlers } from './incidents.ts';
import { intakeHttpHandlers } from './intake-http.ts';
import { inventoryHandlers } from './inventory.ts';
import { outletHandlers } from './outlets.ts';
import { planningHandlers } from './planning.ts';
import { playbookHandlers } from './playbooks.ts';
import { promptHandlers } from './prompt.ts';
import { reviewHandlers } from './reviews.ts';
import { rotationHandlers } from './rotation.ts';
import { telemetryHandlers } from './telemetry.ts';

/** One function for every route of the contract; the type checker knows when one is missing. */
export function handlersOf(station: Station, authenticator: Authenticator): Handlers {
  return {
    ...estateHandlers(station),
    ...inventoryHandlers(station),
    ...reviewHandlers(station),
    ...incidentHandlers(station),
    ...containmentHandlers(station),
    ...approvalHandlers(station),
    ...planningHandlers(station),
    ...givenPlanHandlers(station),
    ...playbookHandlers(station),
    ...outletHandlers(station),
    ...detectionHandlers(station),
    ...eventHandlers(station),
    ...huntHandlers(station),
    ...intakeHttpHandlers(station),
    ...promptHandlers(),
    ...rotationHandlers(station),
    ...telemetryHandlers(station),
    ...evidenceHandlers(station),
    ...accessHandlers(station, authenticator),
  };
}
