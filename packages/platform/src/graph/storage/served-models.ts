/**
 * Where served models are loaded from. KServe's storage initializer copies what the address names at every start of a pod, so
 * whoever changes it decides what is served next; and whoever has it has the weights.
 */
import { type Estate, kubernetesId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import type { ModelFact } from '../kubernetes/model-pods.ts';
import { modelId } from '../kubernetes/models.ts';
import { bucketId, type StorageAddress, storageAddress, writeId } from '../names/storage-uri.ts';

export interface ServedFrom {
  readonly model: ModelFact;
  /** The node of the weights, and of the resource that serves them. */
  readonly weights: NodeId;
  readonly serving: NodeId;
  /** Having the content; undefined where a repository stands for pushing alone. */
  readonly content: NodeId;
  readonly control: NodeId;
  readonly uri: string;
}

export const servedModels: (estate: Estate) => readonly ServedFrom[] = perEstate((estate) =>
  estate.all('kubernetes.model-workload').flatMap((model): ServedFrom[] => {
    const uri = model.data.role === 'serving' ? model.data.storageUri : undefined;
    const address = uri === undefined ? undefined : storageAddress(uri);
    const places = address === undefined ? undefined : placesOf(address, model.data.metadata.namespace ?? 'default');
    if (uri === undefined || places === undefined) return [];
    return [{ model, weights: modelId(model), serving: model.id, uri, ...places }];
  }),
);

/** Undefined for a model of a registry: which server it is on is not in the address. */
function placesOf(address: StorageAddress, namespace: string): { content: NodeId; control: NodeId } | undefined {
  switch (address.kind) {
    case 'bucket': {
      const content = bucketId(address.provider, address.bucket);
      return { content, control: writeId(content) };
    }
    case 'image':
      return { content: address.id.replace('Repository/', 'RepositoryContent/'), control: address.id };
    case 'hub': {
      const [owner = '', name = ''] = address.repository.split(/[/:]/);
      return { content: `hf:RepositoryContent/${owner}/${name}`, control: `hf:Repository/${owner}/${name}` };
    }
    case 'claim': {
      const claim = kubernetesId('PersistentVolumeClaim', namespace, address.claim);
      return { content: claim, control: claim };
    }
    case 'registered-model':
      return undefined;
  }
}
