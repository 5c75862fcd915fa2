/** Which pods run a model workload. */
import type { Estate, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { type ModelFact, runsModel } from './model-pods.ts';
import { type PodView, podsOf } from './pods.ts';

export const podsOfModel: (estate: Estate) => ReadonlyMap<NodeId, readonly PodView[]> = perEstate((estate) => {
  const byModel = new Map<NodeId, readonly PodView[]>();
  const pods = podsOf(estate);
  for (const fact of estate.all('kubernetes.model-workload')) {
    const candidates = pods.inNamespace.get(fact.data.metadata.namespace ?? 'default') ?? [];
    byModel.set(
      fact.id,
      candidates.filter((pod) => runsModel(fact, pod)),
    );
  }
  return byModel;
});

/** The weights behind a served model, as a thing of its own: reading them is not the same as rewriting the resource. */
export function modelId(fact: ModelFact): NodeId {
  return `kubernetes:Model/${fact.data.metadata.namespace ?? 'default'}/${fact.data.metadata.name}`;
}
