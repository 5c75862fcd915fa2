import type { Authenticator } from '../../http/authenticate.ts';
import type { Handlers } from '../../http/handlers.ts';
import type { Station } from '../station.ts';
import { accessHandlers } from './access.ts';
import { aiToolsHandlers } from './ai-tools.ts';
import { approvalHandlers } from './approvals.ts';
import { bomHandlers } from './bom.ts';
import { canaryHandlers } from './canary.ts';
import { channelHandlers } from './channels.ts';
import { containmentHandlers } from './containment.ts';
import { detectionHandlers } from './detections.ts';
import { estateHandlers } from './estate.ts';
import { eventHandlers } from './events.ts';
import { evidenceHandlers } from './evidence.ts';
import { evidenceVaultHandlers } from './evidence-vault.ts';
import { givenPlanHandlers } from './given-plan.ts';
import { huntHandlers } from './hunt.ts';
import { incidentHandlers } from './incidents.ts';
import { intakeHttpHandlers } from './intake-http.ts';
import { inventoryHandlers } from './inventory.ts';
import { metricsHandlers } from './metrics.ts';
import { outletHandlers } from './outlets.ts';
import { planningHandlers } from './planning.ts';
import { playbookHandlers } from './playbooks.ts';
import { promotionHandlers } from './promotion.ts';
import { promptHandlers } from './prompt.ts';
import { recoveryHandlers } from './recovery.ts';
import { reviewHandlers } from './reviews.ts';
import { rotationHandlers } from './rotation.ts';
import { telemetryHandlers } from './telemetry.ts';

/** One function for every route of the contract; the type checker knows when one is missing. */
export function handlersOf(station: Station, authenticator: Authenticator): Handlers {
  return {
    ...estateHandlers(station),
    ...inventoryHandlers(station),
    ...aiToolsHandlers(station),
    ...reviewHandlers(station),
    ...incidentHandlers(station),
    ...containmentHandlers(station),
    ...approvalHandlers(station),
    ...planningHandlers(station),
    ...givenPlanHandlers(station),
    ...playbookHandlers(station),
    ...outletHandlers(station),
    ...metricsHandlers(station),
    ...detectionHandlers(station),
    ...eventHandlers(station),
    ...huntHandlers(station),
    ...intakeHttpHandlers(station),
    ...promotionHandlers(station),
    ...channelHandlers(station),
    ...bomHandlers(station),
    ...promptHandlers(),
    ...rotationHandlers(station),
    ...recoveryHandlers(station),
    ...telemetryHandlers(station),
    ...canaryHandlers(station),
    ...evidenceHandlers(station),
    ...evidenceVaultHandlers(station),
    ...accessHandlers(station, authenticator),
  };
}
