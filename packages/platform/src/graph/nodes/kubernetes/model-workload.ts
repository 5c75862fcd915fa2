import type { AssetClass, GraphNode, NodeRule } from '@firebreak/contract';
import { groupOf } from '../../kubernetes/custom-kinds.ts';
import { jewelOf } from '../../kubernetes/jewels.ts';
import { modelId } from '../../kubernetes/models.ts';

const classes: Readonly<Record<'serving' | 'training' | 'notebook' | 'agent', AssetClass>> = {
  serving: 'model',
  training: 'pipeline',
  notebook: 'workload',
  agent: 'agent',
};

/**
 * The custom resource, which whoever may write it controls; and for a served model the model itself, which whoever is in its
 * pods can copy.
 */
export default {
  kinds: [
    'InferenceService.serving.kserve.io',
    'RayCluster.ray.io',
    'RayJob.ray.io',
    'RayService.ray.io',
    'Notebook.kubeflow.org',
    'Model',
  ],
  needs: ['kubernetes.model-workload'],
  *derive(estate): Generator<GraphNode> {
    for (const fact of estate.all('kubernetes.model-workload')) {
      const { metadata, resourceKind, apiVersion, role, storageUri } = fact.data;
      const served = role === 'serving';
      const jewel = jewelOf(metadata, served ? 'a served model: who rewrites it decides what is answered' : undefined);
      const namespace = metadata.namespace === undefined ? {} : { namespace: metadata.namespace };
      yield {
        id: fact.id,
        kind: `${resourceKind}.${groupOf(apiVersion)}`,
        class: classes[role],
        name: metadata.name,
        ...namespace,
        labels: metadata.labels,
        facts: [fact.id],
        ...(jewel === undefined ? {} : { jewel }),
        detail: { role, ...(storageUri === undefined ? {} : { storageUri }) },
      };
      if (!served) continue;
      const weights = jewelOf(metadata, 'the weights of a served model');
      yield {
        id: modelId(fact),
        kind: 'Model',
        class: 'model',
        name: metadata.name,
        ...namespace,
        facts: [fact.id],
        ...(weights === undefined ? {} : { jewel: weights }),
      };
    }
  },
} satisfies NodeRule;
