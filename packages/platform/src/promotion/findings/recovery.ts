/** Attestations that an incident was recovered from, about this artifact (contract/recovery-attestation.ts). */
import {
  type PromotionFindings,
  type PromotionSubject,
  recoveryPredicateSchema,
  recoveryPredicateType,
} from '@firebreak/contract';
import { printable } from '../../intake/foreign.ts';
import type { JudgedStatement } from '../attestations/envelope.ts';
import { absent, attestedOf } from './attested.ts';

export function recoveryFinding(
  subject: PromotionSubject,
  statements: readonly JudgedStatement[],
): PromotionFindings['recovery'] {
  const { signed, passedOver } = attestedOf(statements, subject, [recoveryPredicateType], 'recover');
  const read = signed.flatMap(({ statement }) => recoveryPredicateSchema.safeParse(statement.predicate).data ?? []);
  if (read.length === 0)
    return absent(
      'attestation of recovery',
      passedOver,
      'Give the one that the recovery board made (--attestation FILE).',
    );
  const incidents = [...new Set(read.map(({ incident }) => incident))];
  const people = [...new Set(read.flatMap(({ signedOffBy }) => signedOffBy.map(({ name }) => name)))];
  return {
    state: 'read',
    incidents,
    signedOffBy: people,
    why: `Recovery from ${printable(incidents.join(', '))} was signed off by ${printable(people.join(', '))}.`,
    next: '',
  };
}
