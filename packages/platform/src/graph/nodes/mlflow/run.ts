import type { GraphNode, NodeRule } from '@firebreak/contract';

/** A training run. Holding it is deciding what it makes. */
export default {
  kinds: ['Run'],
  needs: ['mlflow.run'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.run')) {
      const { user, status, started, source, datasets } = data;
      const words = {
        user,
        status,
        started,
        commit: source.commit,
        repository: source.repository,
        source: source.name,
      };
      yield {
        id,
        kind: 'Run',
        class: 'pipeline',
        name: data.name ?? data.runId,
        facts: [id],
        detail: {
          ...Object.fromEntries(
            Object.entries(words).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
          ),
          datasets: datasets.length,
        },
      };
    }
  },
} satisfies NodeRule;
