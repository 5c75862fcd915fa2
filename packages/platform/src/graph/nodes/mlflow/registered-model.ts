import type { GraphNode, NodeRule } from '@firebreak/contract';
import { mlflowId } from '@firebreak/contract';
import { registeredModelWriteId } from '../../mlflow/models.ts';

/** A registered model, the right to write it, and its aliases: an alias is the channel by which a new version reaches who follows it. */
export default {
  kinds: ['RegisteredModel', 'RegisteredModelWrite', 'Alias'],
  needs: ['mlflow.registered-model'],
  *derive(estate): Generator<GraphNode> {
    for (const { id, data } of estate.all('mlflow.registered-model')) {
      const { server, name, aliases, tags } = data;
      const facts = [id];
      yield {
        id,
        kind: 'RegisteredModel',
        class: 'model',
        name,
        facts,
        jewel: 'a registered model: the weights of all its versions',
        ...(Object.keys(tags).length === 0 ? {} : { about: { tags } }),
        detail: { aliases: aliases.length },
      };
      const write = registeredModelWriteId(server, name);
      yield { id: write, kind: 'RegisteredModelWrite', class: 'update-channel', name, facts };
      for (const { alias, version } of aliases)
        yield {
          id: mlflowId('Alias', server, `${name}@${alias}`),
          kind: 'Alias',
          class: 'update-channel',
          name: `${name}@${alias}`,
          facts,
          detail: { version },
        };
    }
  },
} satisfies NodeRule;
