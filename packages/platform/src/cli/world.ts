/**
 * What the commands need from the rest of the system. `app/compose.ts` provides it, so that no command knows a connector,
 * a database or a server by name.
 */
import type {
  AnyAction,
  BreakGlass,
  CanaryConfig,
  CanaryLine,
  CanaryRun,
  Case,
  DeriveOptions,
  DetectionFilter,
  DetectionList,
  Estate,
  Execution,
  ExportForm,
  Gap,
  Incident,
  KeptDetection,
  MadeLink,
  MissingRight,
  NormalEvent,
  NotRead,
  Plan,
  PlanCheck,
  PlanChoice,
  PlanVariant,
  PlaybookRun,
  PlaybookWish,
  PromotionSubject,
  Quality,
  Queue,
  Review,
  ReviewSummary,
  RotationItem,
  RotationState,
  recoveryRoutes,
  SecondParties,
  Suppression,
  TakenTelemetry,
  Telemetry,
  TelemetryBatch,
  Timeline,
  TimelineKind,
  WatchMode,
} from '@firebreak/contract';
import type { DecideRotation } from '../detection/secrets/rotation.ts';
import type { LeaseWish } from '../execution/new-execution.ts';
import type { DryRunStep } from '../execution/runner.ts';
import type { FactHistory } from '../facts/history.ts';
import type { AttackGraph } from '../graph/attack-graph.ts';
import type { AnswerOf, RequestOf } from '../http/client.ts';
import type { DecideReview, OpenReview } from '../inventory/reviews/reviews.ts';
import type { Decisions } from '../investigation/cases/decisions.ts';
import type { AttachedToImage } from '../promotion/findings/signature.ts';
import type { VaultDesk } from './vault-desk.ts';

export interface Source {
  /** As given, `kubernetes:./manifests` each. */
  readonly specs: readonly string[];
  readonly estate: Estate;
  readonly gaps: readonly Gap[];
  /** What the credentials that it was read with may not do. */
  readonly lacking?: readonly MissingRight[];
  /** What can be pulled on these sources: of those that run when there are any, else of all that the files are of. */
  readonly actions: readonly AnyAction[];
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
  /** Everything that can be pulled anywhere. */
  readonly actions: () => Promise<readonly AnyAction[]>;
  /** Reads one estate from one or more `<connector>:<spec>`; needs neither server nor database. */
  readonly open: (specs: readonly string[], signal: AbortSignal, progress: Progress) => Promise<Source>;
  readonly plan: (source: Source, request: PlanWish) => Promise<Plan>;
  /** The variants of a plan side by side. */
  readonly comparePlans: (source: Source, request: PlanWish) => Promise<PlanChoice>;
  /** The independent check, rehearsal on a copy of the estate included where the source allows one. */
  readonly check: (plan: Plan, source: Source, signal: AbortSignal) => Promise<PlanCheck>;
  /** The role that a connector's credential needs, ready to apply. */
  readonly permissions: (connector: string, actions: readonly string[]) => Promise<string>;
  /** What the estate looked like at any time, on the database of a data directory or of one's own. */
  readonly openHistory: (where: { data: string; database: string | undefined }) => Promise<OpenHistory>;
  /** @throws FirebreakError FB-BUS-UNREACHABLE, FB-USAGE */
  readonly openPublisher: (address: string, partitions: number) => Promise<EventPublisher>;
  /** An image with its digest and what is attached to it, at one of the registries (as behind `oci:`) and at no other. */
  readonly image: (
    reference: string,
    registries: readonly string[],
    signal: AbortSignal,
  ) => Promise<{ readonly subject: PromotionSubject; readonly attached: AttachedToImage | NotRead }>;
  readonly serve: (options: ServeOptions) => Promise<void>;
  readonly serveWitness: (options: WitnessOptions) => Promise<void>;
  /** Incidents and their evidence, on the database of a data directory or of one's own; with a target, work on them too. */
  readonly openDesk: (
    where: {
      data: string;
      database: string | undefined;
      target: readonly string[] | undefined;
      policies?: string | undefined;
      evidence?: string | undefined;
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
  /** Settings of the evidence vault. */
  readonly evidence?: string | undefined;
  /** Folders of detection rules beside those that come along. */
  readonly rules: readonly string[];
  /** Webhooks that sign, and where their secrets are: `<name>=env:<VARIABLE>`, `<name>=file:</path>`. */
  readonly webhooks: readonly string[];
  /** Send the demo's day in, on a new data directory. */
  readonly playDay?: boolean | undefined;
  /** Where the token for figures is: `env:<VARIABLE>`, `file:</path>`. */
  readonly metricsToken?: string | undefined;
  /** A file that says what is cut out of events before they are kept. */
  readonly redact?: string | undefined;
  /** Seconds that the watch may be behind before senders are told to come again; 0 for as long as there is room. */
  readonly holdBack?: number | undefined;
  /** A file that describes ways out to other systems. */
  readonly outlets?: string | undefined;
  /** Days that events stay in the database after they came in, and after which their files are deleted. */
  readonly hotDays: number;
  readonly keepDays?: number | undefined;
  /** A bus that events come in by, and which part of it is this server's. */
  readonly bus?: { readonly address: string; readonly partitions: number; readonly partition: number } | undefined;
  /** Who else vouches for the log: what was last said when nothing is given. */
  readonly parties: {
    readonly witnesses: readonly string[];
    readonly quorum: number | undefined;
    readonly authorities: readonly string[];
    readonly certificates: readonly string[];
  };
  /** Folder of the built console. */
  readonly console: string | undefined;
  readonly signal: AbortSignal;
  readonly onReady: (ready: { address: string; signInLink: string; notes: readonly string[] }) => void;
}

/** A witness of other people's logs. */
export interface WitnessOptions {
  /** Folder with its key and what it has cosigned. */
  readonly data: string;
  readonly name: string;
  /** Verifier keys of the logs that it knows. */
  readonly logs: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
  readonly onReady: (ready: { readonly address: string; readonly verifierKey: string }) => void;
}

export interface ContainOptions {
  readonly title: string;
  readonly by: string;
  /** Approves as well, for drastic steps. */
  readonly second: string | undefined;
  readonly lease?: LeaseWish | undefined;
  readonly watch?: WatchMode | undefined;
  /** The playbook that the plan was made from, and the steps by hand that the person says are done. */
  readonly playbook?: { readonly document: string; readonly confirmed: readonly string[] };
}

export interface WatchRequest {
  readonly by: string;
  /** Absent: as it is. */
  readonly mode: WatchMode | undefined;
  readonly once: boolean;
  /** Told of every change of state. */
  readonly each: (execution: Execution) => void;
}

export interface ApproveRequest {
  readonly by: string;
  /** Of the plan that was looked at. */
  readonly digest: string;
  readonly steps?: readonly string[] | undefined;
  /** Why it is approved although the policy does not permit it. */
  readonly breakGlass?: string;
}

export interface LinkRequest {
  /** For whom; whoever asks when absent. */
  readonly person: string | undefined;
  readonly steps: readonly string[] | undefined;
  readonly minutes: number;
}

export interface ExportRequest {
  readonly incident: string;
  readonly by: string;
  /** Why it is to leave; the log says so. */
  readonly reason?: string | undefined;
  /** Sizes of earlier trees whose checkpoints somebody holds. */
  readonly since: readonly number[];
}

export interface ReviewBreakGlass {
  readonly id: string;
  readonly verdict: NonNullable<BreakGlass['review']>['verdict'];
  readonly note: string;
  readonly by: string;
}

/** Playbooks in and out, and the response as events. */
export interface PlaybookDesk {
  /** What becomes of a playbook on the estate; nothing is changed or recorded. */
  layOver(wish: PlaybookWish): Promise<PlaybookRun>;
  /** What was carried out in an incident, as a CACAO 2.0 playbook. */
  exported(incident: string): Promise<Readonly<Record<string, unknown>>>;
  /** OCSF events of an incident, one JSON object a line. */
  responseEvents(incident: string): AsyncIterable<Uint8Array>;
  /** Findings and response, as other systems read them. */
  exportIncident(incident: string, as: ExportForm): AsyncIterable<Uint8Array>;
}

/** Detections and the queue of incidents, and what people decide about them. */
export interface CaseDesk {
  /** @param hidden those that are closed, merged away or suppressed as well */
  queue(hidden: boolean): Promise<Queue>;
  case(incident: string): Promise<Case>;
  detections(filter: DetectionFilter, page: { limit: number; after: string | undefined }): Promise<DetectionList>;
  detection(id: string): Promise<KeptDetection>;
  merge(request: Parameters<Decisions['merge']>[0]): Promise<Case>;
  /** @returns the new incident */
  split(request: Parameters<Decisions['split']>[0]): Promise<Case>;
  openFrom(request: Parameters<Decisions['openFrom']>[0]): Promise<Case>;
  close(request: Parameters<Decisions['close']>[0]): Promise<Case>;
  reopen(request: Parameters<Decisions['reopen']>[0]): Promise<Case>;
  adoptRoots(request: Parameters<Decisions['adoptRoots']>[0]): Promise<Case>;
  giveVerdict(request: Parameters<Decisions['giveVerdict']>[0]): Promise<KeptDetection>;
  suppressions(): Promise<readonly Suppression[]>;
  suppress(request: Parameters<Decisions['suppress']>[0]): Promise<Suppression>;
  endSuppression(request: Parameters<Decisions['endSuppression']>[0]): Promise<Suppression>;
  quality(since: string | null): Promise<Quality>;
  timeline(
    incident: string,
    page: { after: string | undefined; limit: number; kind?: TimelineKind | undefined },
    signal: AbortSignal,
  ): Promise<Timeline>;
}

/** What models and their clients do. */
export interface TelemetryDesk {
  show(signal?: AbortSignal): Promise<Telemetry>;
  send(batch: TelemetryBatch, by: string): Promise<TakenTelemetry>;
}

/** Canaries; they are worked on by a server. */
export interface CanaryDesk {
  /** @throws FirebreakError FB-USAGE where there is no server that would work on it */
  start(config: CanaryConfig, by: string): Promise<CanaryRun>;
  list(): Promise<readonly CanaryLine[]>;
  get(id: string): Promise<CanaryRun>;
  /** @param digest of the description, as `get` tells it */
  approve(id: string, digest: string): Promise<CanaryRun>;
  stop(id: string, why: string, by: string): Promise<CanaryRun>;
}

/** Asks a recovery route, in somebody's name. */
export type AskRecovery = <Name extends keyof typeof recoveryRoutes>(
  name: Name,
  request: RequestOf<Name>,
) => Promise<AnswerOf<Name>>;

/** Second parties of the log that is kept here. */
export interface PartyDesk {
  list(): Promise<SecondParties>;
  /** @throws FirebreakError FB-NOT-FOUND */
  remove(party: string, reason: string, by: string): Promise<SecondParties>;
}

export interface Desk {
  readonly cases: CaseDesk;
  incidents(): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident>;
  execution(incident: string): Promise<Execution | null>;
  /** What the steps would send, reading but changing nothing. */
  preview(plan: Plan): Promise<readonly DryRunStep[]>;
  /** Opens an incident for the plan, approves it and works until it is settled or waits for somebody. */
  contain(plan: Plan, options: ContainOptions): Promise<Execution>;
  undo(incident: string, options: { by: string; force: boolean; merge: boolean }): Promise<Execution>;
  steer(incident: string, options: { how: 'pause' | 'resume' | 'abort'; by: string }): Promise<Execution>;
  renew(
    incident: string,
    options: { by: string; forMs: number | undefined; steps: readonly string[] | undefined },
  ): Promise<Execution>;
  /** Looks at a containment until it is interrupted, or once. */
  watch(incident: string, request: WatchRequest): Promise<Execution>;
  plan(incident: string): Promise<Plan>;
  /** Approves the incident's plan and works until it is settled or waits for somebody. */
  approve(incident: string, request: ApproveRequest): Promise<Execution>;
  /** @throws FirebreakError FB-USAGE where there is no server that would answer it */
  makeApprovalLink(incident: string, request: LinkRequest): Promise<MadeLink>;
  breakGlasses(): Promise<readonly BreakGlass[]>;
  reviewBreakGlass(request: ReviewBreakGlass): Promise<BreakGlass>;
  exportEvidence(request: ExportRequest): AsyncIterable<Uint8Array>;
  readonly playbooks: PlaybookDesk;
  /** The key that the evidence of the incident is signed with, in its C2SP form. */
  verifierKey(incident: string): Promise<string>;
  reviews(): Promise<readonly ReviewSummary[]>;
  review(id: string): Promise<Review>;
  /** A server asks its own estate what there is to review: it takes the query and no items. */
  openReview(request: OpenReview & { readonly query: string }): Promise<Review>;
  decideReview(request: DecideReview): Promise<Review>;
  readonly telemetry: TelemetryDesk;
  readonly canaries: CanaryDesk;
  readonly vault: VaultDesk;
  readonly parties: PartyDesk;
  /** A server knows by the token who asks; here it is `by`. */
  recovery<Name extends keyof typeof recoveryRoutes>(
    name: Name,
    request: RequestOf<Name>,
    by: string,
  ): Promise<AnswerOf<Name>>;
  rotation(state: RotationState | undefined): Promise<readonly RotationItem[]>;
  decideRotation(request: DecideRotation): Promise<RotationItem>;
  close(): Promise<void>;
}

/** Puts events on a bus. */
export interface EventPublisher {
  publish(event: NormalEvent, raw: unknown): Promise<void>;
  /** All that was published so far is durable on the bus. */
  settled(): Promise<{ readonly published: number; readonly duplicates: number }>;
  close(): Promise<void>;
}
