/** What cases need from durable storage. The implementation is PostgreSQL (`storage/detection-store.ts`). */
import type {
  Case,
  CaseSeverity,
  Closing,
  Detection,
  DetectionFilter,
  DetectionVerdict,
  Joined,
  JoinRule,
  Judgement,
  KeptDetection,
  Root,
  SuppressionScope,
} from '@firebreak/contract';
import type { Traits } from './traits.ts';

/** What a kept link says more than the contract shows of it. */
export type KeptJoin = Joined & { readonly way?: readonly { type: string; from: string; to: string }[] };

export interface NewDetection {
  readonly detection: Detection;
  readonly traits: Traits;
  readonly suppressedBy: string | null;
}

export interface PlacedTraits {
  readonly traits: Traits;
  readonly incident: string | null;
  readonly joined: KeptJoin | null;
}

export interface Member extends PlacedTraits {
  readonly detection: Detection;
  readonly suppressedBy: string | null;
  /** The newest. */
  readonly verdict: DetectionVerdict | null;
}

export interface Placement {
  readonly detection: string;
  readonly incident: string;
  readonly joined: KeptJoin;
  /** Where they are no longer what they were when it came. */
  readonly traits?: Traits;
}

/** An incident as grouping sees it. */
export interface CaseRow {
  readonly incident: string;
  readonly title: string;
  readonly openedAt: string;
  readonly compromised: readonly string[];
  /** Opened by detections. */
  readonly automatic: boolean;
  readonly planned: boolean;
  /** Something is or was carried out. */
  readonly worked: boolean;
  readonly severity: CaseSeverity | null;
  readonly roots: readonly Root[];
  readonly mergedInto: string | null;
  readonly closed: { readonly as: Closing; readonly by: string; readonly at: string; readonly reason: string } | null;
}

export interface CaseCounts {
  readonly incident: string;
  readonly detections: number;
  readonly suppressed: number;
  readonly unjudged: number;
  readonly detectors: number;
  readonly first: string | null;
  readonly last: string | null;
}

export interface HistoryEntry {
  readonly at: Date;
  readonly by: string;
  readonly did: Case['history'][number]['did'];
  readonly reason: string;
  readonly others: readonly string[];
}

export interface SuppressionRow {
  readonly id: string;
  readonly scope: SuppressionScope;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly until: string;
  readonly endedBy: string | null;
  readonly hidden: number;
  readonly lastHid: string | null;
}

export interface Page {
  readonly limit: number;
  readonly after: string | undefined;
}

export interface DetectorCounts {
  readonly detector: string;
  readonly title: string;
  readonly status: Detection['status'];
  readonly severity: Detection['severity'];
  readonly detections: number;
  readonly suppressed: number;
  readonly incidents: number;
  readonly newest: string;
  readonly verdicts: Readonly<Partial<Record<DetectionVerdict, number>>>;
}

/** Milliseconds, unordered; at most some ten thousand of the newest. */
export interface Delays {
  readonly toDetect: readonly number[];
  readonly toVerdict: readonly number[];
}

/** @typeParam Tx the handle of an open transaction, the same as the ledger store's. */
export interface CaseStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Until the transaction ends nobody else groups, on this database. */
  lock(tx: Tx): Promise<void>;
  /** Those of these that are kept already. */
  kept(
    tx: Tx,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, Pick<Member, 'detection' | 'traits' | 'suppressedBy'>>>;
  /** A detection of which there is more than before: the same id, more events. */
  grow(tx: Tx, detections: readonly NewDetection[]): Promise<void>;
  insert(tx: Tx, detections: readonly NewDetection[], takenAt: Date): Promise<void>;
  /** What is neither suppressed nor in an incident that is closed, with a last event between these times; the severest when too many. */
  around(tx: Tx, from: Date, to: Date, limit: number): Promise<readonly PlacedTraits[]>;
  /** The earliest first; all without a limit. */
  members(tx: Tx | undefined, incident: string, limit?: number): Promise<readonly Member[]>;
  detections(tx: Tx, ids: readonly string[]): Promise<readonly Member[]>;
  place(tx: Tx, placements: readonly Placement[]): Promise<void>;

  openIncident(
    tx: Tx,
    incident: { id: string; title: string; openedAt: string; openedBy: string; compromised: readonly string[] },
  ): Promise<void>;
  /** All incidents, or those named, whether detections opened them or people. */
  cases(tx: Tx | undefined, ids?: readonly string[]): Promise<readonly CaseRow[]>;
  /** Of all incidents, or of one. */
  counts(incident?: string): Promise<readonly CaseCounts[]>;
  judge(tx: Tx, incident: string, found: { severity: CaseSeverity; roots: readonly Root[] }): Promise<void>;
  rename(tx: Tx, incident: string, as: { title: string; compromised: readonly string[] }): Promise<void>;
  mergeInto(tx: Tx, incident: string, into: string): Promise<void>;
  close(tx: Tx, incident: string, closed: { as: Closing; by: string; at: Date; reason: string } | null): Promise<void>;
  note(tx: Tx, incident: string, entry: HistoryEntry): Promise<void>;
  history(incident: string): Promise<readonly HistoryEntry[]>;
  setApart(tx: Tx, one: string, other: string): Promise<void>;
  putTogether(tx: Tx, one: string, other: string): Promise<void>;
  apart(tx: Tx): Promise<readonly (readonly [string, string])[]>;
  relate(tx: Tx, one: string, other: string, by: { rule: JoinRule; words: string }): Promise<void>;
  /** By detection, the steps of the graph that it was joined by. */
  ways(incident: string): Promise<ReadonlyMap<string, { type: string; from: string; to: string }[]>>;
  related(incident: string): Promise<readonly { incident: string; rule: JoinRule; words: string }[]>;
  /** Tells whoever listens that these incidents, and the detections, are no longer what they were. */
  announce(tx: Tx, incidents: readonly string[]): Promise<void>;

  list(
    filter: DetectionFilter,
    page: Page,
  ): Promise<{ detections: readonly KeptDetection[]; total: number; suppressed: number; next: string | null }>;
  get(id: string): Promise<KeptDetection | null>;
  loose(): Promise<{ bySeverity: Partial<Record<Detection['severity'], number>>; newest: string | null }>;
  addVerdict(tx: Tx, detection: string, judgement: Omit<Judgement, 'at'> & { at: Date }): Promise<void>;

  suppressions(tx: Tx | undefined): Promise<readonly SuppressionRow[]>;
  suppress(tx: Tx, row: Omit<SuppressionRow, 'endedBy' | 'hidden' | 'lastHid'>): Promise<void>;
  endSuppression(tx: Tx, id: string, by: string, at: Date): Promise<boolean>;
  /** Detections that no suppression hides, newest first, at most so many. */
  shown(tx: Tx, limit: number): Promise<readonly { detection: Detection; incident: string | null }[]>;
  hide(tx: Tx, detections: readonly string[], suppression: string): Promise<void>;

  detectorCounts(since: string | null): Promise<readonly DetectorCounts[]>;
  delays(since: string | null): Promise<Delays>;
}
