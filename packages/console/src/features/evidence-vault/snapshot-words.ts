import type { AuditState, Snapshot, SnapshotState } from '@firebreak/contract/answers/evidence-vault';
import type { Look } from '../../ui/tag.tsx';

export const stateLooks: Readonly<Record<SnapshotState, Look>> = {
  taking: { word: 'Being taken', tone: 'info' },
  complete: { word: 'Complete', tone: 'good' },
  limited: { word: 'Limited', tone: 'warn' },
  destroying: { word: 'Being destroyed', tone: 'warn' },
  destroyed: { word: 'Destroyed', tone: 'neutral' },
};

export const auditLooks: Readonly<Record<AuditState, Look>> = {
  intact: { word: 'Intact', tone: 'good' },
  lost: { word: 'Lost', tone: 'danger' },
  altered: { word: 'Altered', tone: 'danger' },
  contradicted: { word: 'Log says otherwise', tone: 'danger' },
  unreachable: { word: 'Not reached', tone: 'warn' },
  destroyed: { word: 'Destroyed, recorded', tone: 'neutral' },
  unfinished: { word: 'Unfinished', tone: 'warn' },
};

export const lockWords = {
  none: 'nothing locks it',
  'write-once': 'written once, read-only',
  'object-lock': 'Object Lock, compliance',
} as const;

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Of bytes: `1.4 MiB`. */
export function sizeText(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1024 && unit < units.length - 1; unit += 1) size /= 1024;
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

export function sealText({ sealing }: Snapshot): string {
  return sealing === 'none' ? 'not sealed' : `sealed with ${sealing === 'kms' ? 'KMS' : 'age'}`;
}
