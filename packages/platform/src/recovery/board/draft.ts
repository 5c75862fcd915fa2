/** An item before anybody did anything about it, and all that items are generated from. Pure data. */
import type {
  CanaryRun,
  CredentialRow,
  Execution,
  KeptDetection,
  NodeRef,
  RebuildRow,
  RecoveryItem,
  RecoverySection,
} from '@firebreak/contract';
import type { Mark } from '../store.ts';

export interface DraftItem {
  readonly id: string;
  readonly section: RecoverySection;
  readonly title: string;
  readonly why: string;
  readonly next: string;
  readonly how: RecoveryItem['how'];
  /** Ids of items that come first. */
  readonly needs?: readonly string[];
  /** What follows from what is known; of items that a person or a probe decides it is absent. */
  readonly known?: {
    readonly state: RecoveryItem['state'];
    readonly what: string;
    readonly entry: number | null;
    readonly at: string | null;
  };
  /** Whether somebody may say, with a reason, that it does not apply. */
  readonly waivable: boolean;
}

/** Everything that the board is made from, as it is at one moment. */
export interface BoardInput {
  readonly incident: { readonly id: string; readonly title: string };
  /** Oldest first. */
  readonly executions: readonly Execution[];
  /** Digests of plans that recovery made. */
  readonly recoveryPlans: ReadonlySet<string>;
  /** What was taken as evidence for this incident, the first entry of each. */
  readonly evidence: readonly { readonly entry: number; readonly at: string; readonly what: string }[];
  /** Index of the ledger entry by which containment was proven last; null without. */
  readonly contained: number | null;
  /** Things whose versions are in question. */
  readonly subjects: readonly NodeRef[];
  readonly credentials: readonly Omit<CredentialRow, 'state' | 'probes'>[];
  readonly rebuild: readonly RebuildRow[];
  /** What each agent among the compromised can call. */
  readonly agents: readonly { readonly agent: NodeRef; readonly tools: readonly string[] }[];
  readonly detections: readonly KeptDetection[];
  /** What the compromised would reach again once the containment is taken back; undefined where that cannot be told. */
  readonly residual: { readonly reachable: readonly NodeRef[]; readonly limited: boolean } | undefined;
  /** Detectors that saw the incident and would see it again, those that would not, and what could not be run. */
  readonly detectors: {
    readonly again: readonly string[];
    readonly silent: readonly string[];
    readonly unread: number;
  };
  /** The newest of the incident. */
  readonly canary: Pick<CanaryRun, 'id' | 'state' | 'why' | 'startedAt' | 'endedAt'> | null;
  readonly marks: ReadonlyMap<string, Mark>;
}

/** One section of the board: what of it there is to do. One file in `sections/`, a default export. */
export type Section = (input: BoardInput) => readonly DraftItem[];
