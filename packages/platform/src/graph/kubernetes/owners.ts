/**
 * Who keeps a pod alive. Stopping a pod for good means stopping the top of its chain of controllers: Pod → ReplicaSet →
 * Deployment, Pod → Job → CronJob. The chain ends where an owner is not in the estate or is not one of Kubernetes' own kinds.
 */
import { type Estate, type Fact, kubernetesId, type ObjectMeta } from '@firebreak/contract';

export type WorkloadFact = Fact<'kubernetes.workload'>;

export interface Ownership {
  /** The topmost workload of Kubernetes' own kinds that is in the estate. */
  readonly top: WorkloadFact | undefined;
  /** Every workload on the way up, the pod's own controller first. */
  readonly chain: readonly WorkloadFact[];
  /** What the chain ends at without being known: an operator's object, or one that was not collected. */
  readonly beyond: { readonly kind: string; readonly apiVersion: string; readonly name: string } | undefined;
}

/** Walks up the controllers of an object. Bounded: a chain in Kubernetes has at most three links, a hostile one is cut. */
export function ownershipOf(estate: Estate, metadata: ObjectMeta): Ownership {
  const chain: WorkloadFact[] = [];
  let current = metadata;
  for (let link = 0; link < 5; link += 1) {
    const controller = current.ownerReferences.find((reference) => reference.controller === true);
    if (controller === undefined) return { top: chain.at(-1), chain, beyond: undefined };
    const fact = estate.get('kubernetes.workload', kubernetesId(controller.kind, metadata.namespace, controller.name));
    if (fact === undefined) return { top: chain.at(-1), chain, beyond: controller };
    chain.push(fact);
    current = fact.data.metadata;
  }
  return { top: chain.at(-1), chain, beyond: undefined };
}
