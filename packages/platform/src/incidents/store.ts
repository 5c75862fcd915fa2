/** What incidents need from durable storage. The implementation is PostgreSQL (`storage/incident-store.ts`). */
import type { Execution, Incident, Plan } from '@firebreak/contract';

type NewIncident = Pick<Incident, 'id' | 'title' | 'openedAt' | 'openedBy' | 'compromised' | 'protect'>;

/** An incident as it is kept. Its state is not kept: it follows from these fields (`incident.ts`). */
export interface IncidentRow extends NewIncident {
  /** Digest of the newest plan. */
  readonly planDigest: string | null;
  readonly planVerdict: Plan['verdict'] | null;
  /** The newest execution. */
  readonly execution: {
    readonly id: string;
    readonly direction: Execution['direction'];
    readonly state: Execution['state'];
    /** A plan was made after it was created. */
    readonly superseded: boolean;
    /** An undo of some steps, after which others stand. */
    readonly partial: boolean;
    /** Carries out a plan that recovery made. */
    readonly recovers: boolean;
    readonly steps: number;
    readonly done: number;
    /** Why the row stands at which it stopped. */
    readonly reason: string | null;
    readonly proof: Execution['proof'];
  } | null;
  /** The undo by which an attested recovery gives access back, and the risks that stand with it; null where none did yet. */
  readonly access: { readonly execution: string; readonly risks: readonly string[] } | null;
}

/** @typeParam Tx the handle of an open transaction, the same as the ledger store's. */
export interface IncidentStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  create(tx: Tx, incident: NewIncident): Promise<void>;
  /** Makes the plan the incident's newest. */
  addPlan(tx: Tx, incident: string, plan: Plan, madeAt: Date): Promise<void>;
  get(id: string): Promise<IncidentRow | null>;
  /** Newest first. */
  list(): Promise<readonly IncidentRow[]>;
  /** The incident's plan with this digest, or its newest. */
  plan(incident: string, digest?: string): Promise<Plan | null>;
}
