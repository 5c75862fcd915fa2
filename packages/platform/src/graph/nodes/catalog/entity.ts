import type { GraphNode, NodeId, NodeRule } from '@firebreak/contract';
import { classOf, classOfType } from '../../catalog/classes.ts';
import { type EntityFact, nodesOfEntity, notesOf, tenureOf } from '../../catalog/entities.ts';
import { changeable } from '../../catalog/stated-access.ts';

/**
 * An entity without nodes is a node. What it says about a node of another system is added to that one without a fact: a
 * catalog does not show that a thing exists, and whoever does leads.
 */
export default {
  kinds: ['Component', 'ComponentWrite', 'Resource', 'ResourceWrite', 'API', 'System', 'Domain', 'Group', 'User'],
  needs: ['catalog.entity'],
  *derive(estate): Generator<GraphNode> {
    for (const entity of estate.all('catalog.entity')) {
      const { data, id } = entity;
      for (const node of nodesOfEntity(entity)) {
        if (node !== id) {
          yield spokenOf(node, entity);
          continue;
        }
        const write = changeable(estate, node);
        if (write !== undefined)
          yield {
            id: write,
            kind: `${data.kind}Write`,
            class: 'update-channel',
            name: `writing ${data.metadata.name}`,
            namespace: data.metadata.namespace,
            facts: [id],
          };
        yield {
          ...said(entity),
          id,
          kind: data.kind,
          class: classOf(data),
          name: data.metadata.title ?? data.metadata.name,
          namespace: data.metadata.namespace,
          facts: [id],
          ...(data.type === undefined ? {} : { detail: { type: data.type } }),
        };
      }
    }
  },
} satisfies NodeRule;

function said(entity: EntityFact): Pick<GraphNode, 'about' | 'tenure' | 'jewel'> {
  const about = notesOf(entity);
  const tenure = tenureOf(entity);
  const { jewel } = entity.data.firebreak;
  return {
    ...(Object.keys(about).length === 0 ? {} : { about }),
    ...(Object.keys(tenure).length === 0 ? {} : { tenure }),
    ...(jewel === undefined ? {} : { jewel }),
  };
}

function spokenOf(id: NodeId, entity: EntityFact): GraphNode {
  const path = id.slice(id.indexOf(':') + 1);
  return {
    ...said(entity),
    id,
    kind: path.slice(0, path.indexOf('/')),
    class: classOfType(entity.data.type) ?? 'inventory',
    name: path.slice(path.lastIndexOf('/') + 1),
    facts: [],
  };
}
