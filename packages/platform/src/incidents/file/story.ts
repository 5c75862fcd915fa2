/** What the incident file tells beside the log's own records, as its documents are made from. All of it is data of the moment. */
import type { Completeness, Execution, Incident, LedgerEntry, Moment, Plan, PlanCheck } from '@firebreak/contract';

export interface IncidentStory {
  readonly incident: Incident;
  readonly moments: readonly Moment[];
  /** Whether the moments are all that there were. */
  readonly completeness: Completeness;
  readonly plan: Plan | null;
  /** The independent check of the plan against the estate as it was at the export; null where there was none to check against. */
  readonly planCheck: PlanCheck | null;
  readonly execution: Execution | null;
  /** The incident's entries in the log, in order, up to and without that of the export. */
  readonly entries: readonly (LedgerEntry & { readonly index: number })[];
  readonly origin: string;
  readonly verifierKey: string;
  /** Of Firebreak. */
  readonly version: string;
}

/** The last entry that the documents know of: they are as of then, whatever clock the export runs by. */
export function asOf({ entries, incident }: IncidentStory): { readonly index: number | null; readonly at: string } {
  const last = entries.at(-1);
  return { index: last?.index ?? null, at: last?.at ?? incident.openedAt };
}
