/** The fact kinds that families of rules read. */
import type { FactKind } from '@firebreak/contract';

/** Whoever asks who may do what. */
export const rightsNeeds: readonly FactKind[] = [
  'kubernetes.role',
  'kubernetes.role-binding',
  'kubernetes.service-account',
];
/** Whoever asks what admission refuses although roles allow it. */
export const restraintNeeds: readonly FactKind[] = [
  'kubernetes.resource-quota',
  'kubernetes.admission-policy',
  'kubernetes.admission-policy-binding',
];
/** Whoever asks what runs, volumes and tokens included. */
export const podNeeds: readonly FactKind[] = [
  'kubernetes.pod',
  'kubernetes.workload',
  'kubernetes.service-account',
  'kubernetes.role-binding',
  'kubernetes.persistent-volume-claim',
  'kubernetes.persistent-volume',
];
