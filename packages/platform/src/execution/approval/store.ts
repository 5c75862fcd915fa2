/**
 * What approval needs from durable storage, beside the approvals themselves, which are the execution store's. The
 * implementation is PostgreSQL (`storage/approval-store.ts`).
 *
 * What must stay true: methods that take a transaction leave no trace when it rolls back; of several callers who use one link,
 * or sign off one break-glass, exactly one does.
 */
import type { BreakGlass, Role } from '@firebreak/contract';
import type { Capability } from './capability.ts';

/** A one-time link with which a person approves without signing in. */
export interface ApprovalLink {
  readonly id: string;
  readonly incident: string;
  readonly planDigest: string;
  /** Ids of steps; null for all that this person can approve. */
  readonly steps: readonly string[] | null;
  readonly person: string;
  /** Their role now; null when nobody of that name is known any more. */
  readonly role: Role | null;
  /** Who made it: that one cannot be the other person of two. */
  readonly madeBy: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
}

export type NewLink = Omit<ApprovalLink, 'role' | 'usedAt' | 'expiresAt'> & {
  readonly secret: string;
  readonly expiresAt: Date;
  readonly madeAt: Date;
};

/** What an approval is marked with beyond who and when. */
export interface ApprovalMark {
  /** Who made the link that it came by. */
  readonly vouched?: string | undefined;
  /** Id of the break-glass that it rests on. */
  readonly breakGlass?: string | undefined;
}

export interface ApprovalStore<Tx> {
  /** The latest capability for a row of work takes the place of one that was not used. */
  putCapabilities(tx: Tx, capabilities: readonly Capability[]): Promise<void>;
  capability(row: string): Promise<{ readonly capability: Capability; readonly used: boolean } | null>;
  /** Takes back approvals given at `before` or earlier, of these rows, and the capabilities that rest on them. */
  lapse(tx: Tx, rows: readonly string[], before: Date): Promise<void>;
  /**
   * Gives a claimed row back that has not begun, and lets its execution wait for approval. False when the row is another
   * worker's by now.
   */
  sendBack(tx: Tx, claim: { readonly row: string; readonly fence: number; readonly reason: string }): Promise<boolean>;
  /** Marks approvals that were just given. */
  mark(tx: Tx, rows: readonly string[], by: string, mark: ApprovalMark): Promise<void>;

  /** The person as they are known, whatever the case of the letters. */
  person(name: string): Promise<{ readonly name: string; readonly role: Role } | null>;
  createLink(tx: Tx, link: NewLink): Promise<void>;
  link(secret: string): Promise<ApprovalLink | null>;
  /** False when it was used before. */
  useLink(tx: Tx, id: string, at: Date): Promise<boolean>;

  createBreakGlass(tx: Tx, made: Omit<BreakGlass, 'review'>): Promise<void>;
  /** How often glass was broken since, by this person and by anybody. Stands in line with others who ask in a transaction. */
  breakGlassCount(tx: Tx, by: string, since: Date): Promise<{ readonly own: number; readonly all: number }>;
  /** Newest first, at most `limit`. */
  breakGlasses(limit: number): Promise<readonly BreakGlass[]>;
  breakGlass(id: string): Promise<BreakGlass | null>;
  /** False when it was signed off before. */
  reviewBreakGlass(tx: Tx, id: string, review: NonNullable<BreakGlass['review']>): Promise<boolean>;
}
