/**
 * Which countermeasures of MITRE D3FEND an action is. Every stage has its own, so a new action needs nothing here; where one is something
 * else than its stage suggests, it says so itself (`countermeasures` of the contract) or has a line below. Ids and names are D3FEND's.
 */
import type { AnyAction, Stage } from '@firebreak/contract';

/** What an attacker loses, in the words of OCSF's activity, which are tactics of D3FEND. */
export type Tactic = 'Isolate' | 'Evict' | 'Restore' | 'Harden' | 'Other';

/** What is acted on, as OCSF tells it apart: it decides about the class of the event. */
export type Subject = 'file' | 'process' | 'network' | 'other';

export interface Countermeasure {
  readonly tactic: Tactic;
  readonly subject: Subject;
  /** D3FEND ids, most telling first. */
  readonly techniques: readonly D3fendId[];
}

/** Techniques of D3FEND that we name, by id. */
export const techniqueNames = {
  'D3-ACH': 'Application Configuration Hardening',
  'D3-ANCI': 'Authentication Cache Invalidation',
  'D3-APA': 'Access Policy Administration',
  'D3-CF': 'Content Filtering',
  'D3-CI': 'Configuration Inventory',
  'D3-CR': 'Credential Revocation',
  'D3-CRO': 'Credential Rotation',
  'D3-EDL': 'Executable Denylisting',
  'D3-EI': 'Execution Isolation',
  'D3-HS': 'Host Shutdown',
  'D3-ITF': 'Inbound Traffic Filtering',
  'D3-NI': 'Network Isolation',
  'D3-NTF': 'Network Traffic Filtering',
  'D3-OTF': 'Outbound Traffic Filtering',
  'D3-PS': 'Process Suspension',
  'D3-PT': 'Process Termination',
  'D3-RA': 'Restore Access',
  'D3-RC': 'Restore Configuration',
  'D3-RIC': 'Reissue Credential',
  'D3-RNA': 'Restore Network Access',
  'D3-RS': 'Restore Software',
  'D3-ST': 'Session Termination',
  'D3-UAP': 'User Account Permissions',
} as const satisfies Record<string, string>;
export type D3fendId = keyof typeof techniqueNames;

export const ofStage: Readonly<Record<Stage, Countermeasure>> = {
  evidence: { tactic: 'Other', subject: 'other', techniques: ['D3-CI'] },
  delivery: { tactic: 'Harden', subject: 'other', techniques: ['D3-ACH'] },
  access: { tactic: 'Isolate', subject: 'other', techniques: ['D3-UAP', 'D3-APA'] },
  credential: { tactic: 'Evict', subject: 'other', techniques: ['D3-CR'] },
  network: { tactic: 'Isolate', subject: 'network', techniques: ['D3-NI', 'D3-NTF'] },
  eviction: { tactic: 'Evict', subject: 'process', techniques: ['D3-PT'] },
  placement: { tactic: 'Isolate', subject: 'other', techniques: ['D3-EI'] },
};

/** Where an action is something else than its stage suggests. */
export const ofAction: Readonly<Record<string, Countermeasure>> = {
  'aws.block-cross-account-bucket': { tactic: 'Isolate', subject: 'file', techniques: ['D3-APA'] },
  'aws.block-public-bucket': { tactic: 'Isolate', subject: 'file', techniques: ['D3-APA'] },
  'aws.deny-ecr-push': { tactic: 'Isolate', subject: 'file', techniques: ['D3-APA'] },
  'aws.close-security-group': { tactic: 'Isolate', subject: 'network', techniques: ['D3-ITF'] },
  'aws.revoke-sessions': { tactic: 'Evict', subject: 'other', techniques: ['D3-ST', 'D3-ANCI'] },
  'aws.rotate-secret': { tactic: 'Harden', subject: 'other', techniques: ['D3-CRO'] },
  'aws.stop-notebook': { tactic: 'Evict', subject: 'process', techniques: ['D3-HS'] },
  'github.remove-runner': { tactic: 'Evict', subject: 'process', techniques: ['D3-HS'] },
  'kubernetes.deny-admission': { tactic: 'Isolate', subject: 'other', techniques: ['D3-EDL', 'D3-APA'] },
  'kubernetes.invalidate-tokens': { tactic: 'Evict', subject: 'other', techniques: ['D3-CR', 'D3-ANCI'] },
  'kubernetes.replace-secret': { tactic: 'Harden', subject: 'other', techniques: ['D3-CRO'] },
  'kubernetes.suspend-job': { tactic: 'Evict', subject: 'process', techniques: ['D3-PS'] },
  'kubernetes.suspend-operated': { tactic: 'Evict', subject: 'process', techniques: ['D3-PS'] },
  'oauth.reject-earlier-tokens': { tactic: 'Evict', subject: 'other', techniques: ['D3-ANCI'] },
  'oauth.revoke-tokens': { tactic: 'Evict', subject: 'other', techniques: ['D3-CR', 'D3-ANCI'] },
  'oci.pin-tag': { tactic: 'Harden', subject: 'file', techniques: ['D3-ACH'] },
  'oci.read-only': { tactic: 'Isolate', subject: 'file', techniques: ['D3-APA'] },
  'ssf.credential-change': { tactic: 'Evict', subject: 'other', techniques: ['D3-CR'] },
  'ssf.session-revoked': { tactic: 'Evict', subject: 'other', techniques: ['D3-ST'] },
};

/** What taking each back is. */
const restoring: Readonly<Record<Subject, D3fendId>> = {
  file: 'D3-RC',
  process: 'D3-RS',
  network: 'D3-RNA',
  other: 'D3-RC',
};

/** @param action as found; undefined for one that is no longer there, of which its stage is all that is known */
export function countermeasureOf(
  action: Pick<AnyAction, 'id' | 'stage' | 'countermeasures'> | undefined,
  fallback: { readonly id: string; readonly stage: Stage },
): Countermeasure {
  const { id, stage } = action ?? fallback;
  const known = ofAction[id] ?? ofStage[stage];
  const own = (action?.countermeasures ?? []).filter((said): said is D3fendId => Object.hasOwn(techniqueNames, said));
  return own.length === 0 ? known : { ...known, techniques: own };
}

/** The same the other way round. */
export function restoreOf({ subject }: Countermeasure, stage: Stage): Countermeasure {
  const technique = stage === 'credential' ? 'D3-RIC' : stage === 'access' ? 'D3-RA' : restoring[subject];
  return { tactic: 'Restore', subject, techniques: [technique] };
}
