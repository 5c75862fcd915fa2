/** The fact kinds that every question of who may do what in AWS reads. */
import type { FactKind } from '@firebreak/contract';

export const identityNeeds: readonly FactKind[] = [
  'aws.user',
  'aws.group',
  'aws.role',
  'aws.managed-policy',
  'aws.organization-policy',
];
