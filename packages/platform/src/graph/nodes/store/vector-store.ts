import type { GraphNode, NodeRule } from '@firebreak/contract';
import { writeId } from '../../names/storage-uri.ts';
import { storeWorkloads } from '../../store/workloads.ts';

/** A store, and the right to change what is in it. */
export default {
  kinds: ['VectorStore', 'VectorStoreWrite', 'FeatureStore', 'FeatureStoreWrite'],
  needs: ['store.store', 'kubernetes.workload', 'kubernetes.pod', 'kubernetes.service'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('store.store')) {
      const features = data.software === 'feast';
      const { software, version, anonymous, address, authentication } = data;
      yield {
        id,
        kind: features ? 'FeatureStore' : 'VectorStore',
        class: features ? 'feature-store' : 'vector-store',
        name: data.name,
        facts: [id],
        detail: {
          software,
          anonymous,
          ...(version === undefined ? {} : { version }),
          ...(address === undefined ? {} : { address }),
          ...(authentication.length === 0 ? {} : { authentication: authentication.join(', ') }),
        },
      };
      yield writeNode(id, features ? 'FeatureStore' : 'VectorStore', data.name, [id]);
    }
    for (const { id, name, namespace, software, facts } of storeWorkloads(estate)) {
      yield { id, kind: 'VectorStore', class: 'vector-store', name, namespace, facts, detail: { software } };
      yield writeNode(id, 'VectorStore', name, facts);
    }
  },
} satisfies NodeRule;

function writeNode(id: string, kind: string, name: string, facts: readonly string[]): GraphNode {
  return { id: writeId(id), kind: `${kind}Write`, class: 'update-channel', name: `writing ${name}`, facts };
}
