/** What is known of an artifact, from wherever it came, as findings. Whatever nobody looked at is `unread`, which no policy takes for good. */
import type { NotRead, PromotionFindings, PromotionRequest } from '@firebreak/contract';
import type { JudgedStatement } from './attestations/envelope.ts';
import { approvalsFinding, type LedgerApproval } from './findings/approvals.ts';
import { evaluationsFinding } from './findings/evaluations.ts';
import { provenanceFinding } from './findings/provenance.ts';
import { recoveryFinding } from './findings/recovery.ts';
import type { GateTrust } from './trust.ts';

export interface Known {
  /** Attestations, judged; about whatever they are about. */
  readonly statements: readonly JudgedStatement[];
  readonly signature?: PromotionFindings['signature'] | undefined;
  readonly scan?: PromotionFindings['scan'] | undefined;
  /** As another gate found it; only where no statement that counts is here. */
  readonly provenance?: PromotionFindings['provenance'] | undefined;
  readonly evaluations?: PromotionFindings['evaluations'] | undefined;
  readonly lineage?: PromotionFindings['lineage'] | undefined;
  readonly incidents?: PromotionFindings['incidents'] | undefined;
  /** Of this digest for this stage; undefined where no ledger was asked. */
  readonly approvals?: readonly LedgerApproval[] | undefined;
}

export function findingsOf(request: PromotionRequest, known: Known, trust: GateTrust): PromotionFindings {
  const { subject } = request;
  const { statements } = known;
  return {
    signature: known.signature ?? unread('Its signature was not looked at.', 'Give what holds it with its signature.'),
    scan: known.scan ?? unread('Its files were not inspected.', 'Give its files, or inspect them on the server first.'),
    provenance: otherwise(provenanceFinding(subject, statements, trust), known.provenance),
    lineage:
      known.lineage ?? unread('No estate was asked what it was made from.', 'Give --from, or --server and a token.'),
    evaluations: otherwise(evaluationsFinding(subject, statements), known.evaluations),
    approvals: approvalsFinding(request, statements, known.approvals),
    incidents: known.incidents ?? unread('No server was asked for incidents.', 'Give --server and a token.'),
    recovery: recoveryFinding(subject, statements),
  };
}

const unread = (why: string, next: string): NotRead => ({ state: 'unread', why, next });

function otherwise<Finding extends { readonly state: string }>(own: Finding, vouched: Finding | undefined): Finding {
  return own.state === 'read' ? own : (vouched ?? own);
}
