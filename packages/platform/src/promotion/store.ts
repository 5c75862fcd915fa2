/** What the gate needs from durable storage (`storage/promotion-store.ts`); the ledger keeps the proof. */
import type { ArtifactReport, ChannelBaseline, PromotionRecord } from '@firebreak/contract';
import type { LedgerApproval } from './findings/approvals.ts';

export interface PromotionApproval extends LedgerApproval {
  readonly id: string;
  readonly digest: string;
  readonly stage: string;
  readonly note: string;
  readonly at: Date;
  readonly until: Date;
}

/** An inspection of an artifact that has a node, or of a digest. */
export interface KeptInspection {
  /** Node, or what it was found by. */
  readonly subject: string;
  /** `sha256:…` over all; empty where it could not be said. */
  readonly digest: string;
  readonly report: ArtifactReport;
  /** Why it was looked at, for people. */
  readonly because: string;
}

export interface PromotionStore<Tx> {
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  putDecision(tx: Tx, record: PromotionRecord): Promise<void>;
  /** Newest first, without the texts of the policies; of one subject by its name, digest or node where it is given. */
  decisions(limit: number, subject?: string): Promise<readonly PromotionRecord[]>;
  decision(id: string): Promise<PromotionRecord | null>;

  putApproval(tx: Tx, approval: PromotionApproval): Promise<void>;
  /** Those that count at a moment. */
  approvals(digest: string, stage: string, at: Date): Promise<readonly PromotionApproval[]>;

  putInspection(tx: Tx, inspection: KeptInspection): Promise<void>;
  /** The latest of a node or of a digest. */
  inspection(subject: string): Promise<KeptInspection | null>;
  /** Newest first. */
  inspections(limit: number): Promise<readonly KeptInspection[]>;

  putBaseline(tx: Tx, baseline: ChannelBaseline): Promise<void>;
  /** The latest of every channel at a moment. */
  baselines(at: Date): Promise<readonly ChannelBaseline[]>;
}
