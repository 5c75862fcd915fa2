import type { GraphNode, NodeRule } from '@firebreak/contract';
import { versionWriteId } from '../../mlflow/models.ts';

export default {
  kinds: ['ModelVersion', 'ModelVersionWrite'],
  needs: ['mlflow.model-version'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.model-version')) {
      const { server, version, tags, storage, user, status, stage, runId } = data;
      const name = `${data.name} version ${version}`;
      const words = { storage, user, status, stage, runId };
      yield {
        id,
        kind: 'ModelVersion',
        class: 'model',
        name,
        facts: [id],
        ...(Object.keys(tags).length === 0 ? {} : { about: { tags } }),
        detail: Object.fromEntries(
          Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
        ),
      };
      const write = versionWriteId(server, data.name, version);
      yield { id: write, kind: 'ModelVersionWrite', class: 'update-channel', name, facts: [id] };
    }
  },
} satisfies NodeRule;
