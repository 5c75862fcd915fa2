/**
 * What the commands need from the rest of the system. `app/compose.ts` provides it, so that no command knows a connector,
 * a database or a server by name.
 */
import type {
  AnyAction,
  DeriveOptions,
  Estate,
  Execution,
  Gap,
  Incident,
  Plan,
  PlanCheck,
  PlanChoice,
  PlanVariant,
  Review,
  ReviewSummary,
} from '@firebreak/contract';
import type { DryRunStep } from '../execution/runner.ts';
import type { FactHistory } from '../facts/history.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import type { DecideReview, OpenReview } from '../inventory/reviews/reviews.ts';

export interface Source {
  /** As given, `kubernetes:./manifests` each. */
  readonly specs: readonly string[];
  readonly estate: Estate;
  readonly gaps: readonly Gap[];
  readonly graph: (options?: DeriveOptions) => AttackGraph;
}

/** What is asked of a plan, in the words of a person. */
export interface PlanWish {
  readonly compromised: readonly string[];
  readonly protect: string;
  readonly forbid: readonly string[];
  readonly pin?: readonly string[];
  readonly variant?: PlanVariant;
}

export type Progress = (sentence: string) => void;

export interface World {
  readonly version: string;
  readonly actions: readonly AnyAction[];
  /** Reads one estate from one or more `<connector>:<spec>`; needs neither server nor database. */
  readonly open: (specs: readonly string[], signal: AbortSignal, progress: Progress) => Promise<Source>;
  readonly plan: (source: Source, request: PlanWish) => Promise<Plan>;
  /** The variants of a plan side by side. */
  readonly comparePlans: (source: Source, request: PlanWish) => Promise<PlanChoice>;
  /** The independent check, rehearsal on a copy of the estate included where the source allows one. */
  readonly check: (plan: Plan, source: Source, signal: AbortSignal) => Promise<PlanCheck>;
  /** The role that a connector's credential needs, ready to apply. */
  readonly permissions: (connector: string, actions: readonly string[]) => string;
  /** What the estate looked like at any time, on the database of a data directory or of one's own. */
  readonly openHistory: (where: { data: string; database: string | undefined }) => Promise<OpenHistory>;
  readonly serve: (options: ServeOptions) => Promise<void>;
  /** Incidents and their evidence, on the database of a data directory or of one's own; with a target, work on them too. */
  readonly openDesk: (
    where: {
      data: string;
      database: string | undefined;
      target: readonly string[] | undefined;
      policies?: string | undefined;
    },
    signal: AbortSignal,
  ) => Promise<Desk>;
}

export interface OpenHistory {
  readonly history: FactHistory;
  readonly now: Date;
  close(): Promise<void>;
}

export interface ServeOptions {
  readonly data: string;
  readonly database: string | undefined;
  readonly port: number;
  readonly host: string;
  /** Names beside loopback under which people reach it, without port. */
  readonly hosts: readonly string[];
  /** What it reads and works on, `<connector>:<spec>` each; empty for the demo. */
  readonly sources: readonly string[];
  /** A file of approval policies. */
  readonly policies: string | undefined;
  /** Folder of the built console. */
  readonly console: string | undefined;
  readonly signal: AbortSignal;
  readonly onReady: (ready: { address: string; signInLink: string; notes: readonly string[] }) => void;
}

export interface ContainOptions {
  readonly title: string;
  readonly by: string;
  /** Approves as well, for drastic steps. */
  readonly second: string | undefined;
}

export interface Desk {
  incidents(): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident>;
  execution(incident: string): Promise<Execution | null>;
  /** What the steps would send, reading but changing nothing. */
  preview(plan: Plan): Promise<readonly DryRunStep[]>;
  /** Opens an incident for the plan, approves it and works until it is settled or waits for somebody. */
  contain(plan: Plan, options: ContainOptions): Promise<Execution>;
  undo(incident: string, options: { by: string; force: boolean }): Promise<Execution>;
  exportEvidence(incident: string, by: string): AsyncIterable<Uint8Array>;
  /** The key that the evidence of the incident is signed with, in its C2SP form. */
  verifierKey(incident: string): Promise<string>;
  reviews(): Promise<readonly ReviewSummary[]>;
  review(id: string): Promise<Review>;
  /** A server asks its own estate what there is to review: it takes the query and no items. */
  openReview(request: OpenReview & { readonly query: string }): Promise<Review>;
  decideReview(request: DecideReview): Promise<Review>;
  close(): Promise<void>;
}
