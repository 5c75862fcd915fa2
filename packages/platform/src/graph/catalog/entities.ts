/**
 * What the catalog speaks about. An entity that names nodes of other systems is a voice about them and no thing of its own; one
 * that names none is a node itself. What must stay true: a reference leads to a node only where an entity of that name was
 * read; an address leads to a node by what identifies it, never by likeness of names.
 */
import {
  type AssetNotes,
  type CatalogRelation,
  catalogId,
  type Estate,
  type Fact,
  type NodeId,
  type Tenure,
} from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { nodeOfAddress } from '../names/written-address.ts';

export type EntityFact = Fact<'catalog.entity'>;

/** The nodes that an entity stands for: those that it names, else (or when nothing in the names identifies) its own. */
export function nodesOfEntity({ id, data }: EntityFact): readonly NodeId[] {
  const named = data.firebreak.nodes.flatMap((written) => nodeOfAddress(written) ?? []);
  return named.length === 0 ? [id] : [...new Set(named)];
}

/** The nodes of an entity reference or of an address; none when nobody knows it. */
export function nodesOfTarget(estate: Estate, target: string): readonly NodeId[] {
  const entity = estate.get('catalog.entity', catalogId(target) ?? '');
  if (entity !== undefined) return nodesOfEntity(entity);
  const id = catalogId(target) === undefined ? nodeOfAddress(target) : undefined;
  return id === undefined ? [] : [id];
}

export interface CatalogLink {
  readonly from: NodeId;
  readonly relation: CatalogRelation;
  readonly to: NodeId;
  readonly fact: EntityFact['id'];
}

const turned: Partial<Record<CatalogRelation, CatalogRelation>> = {
  dependencyOf: 'dependsOn',
  parentOf: 'childOf',
  hasMember: 'memberOf',
};

/** Every relation between nodes that the catalog states, in one direction: inventory, not attack steps. */
export const catalogLinks: (estate: Estate) => readonly CatalogLink[] = perEstate((estate) =>
  estate.all('catalog.entity').flatMap((entity) =>
    entity.data.relations.flatMap(({ type, target }) => {
      const other = estate.get('catalog.entity', catalogId(target) ?? '');
      if (other === undefined) return [];
      const relation = turned[type];
      const [tails, heads] =
        relation === undefined
          ? [nodesOfEntity(entity), nodesOfEntity(other)]
          : [nodesOfEntity(other), nodesOfEntity(entity)];
      return tails.flatMap((from) => heads.map((to) => ({ from, relation: relation ?? type, to, fact: entity.id })));
    }),
  ),
);

/** What the entity says, as notes on a node. */
export function notesOf({ data }: EntityFact): AssetNotes {
  const { firebreak: said, metadata } = data;
  const related = (type: CatalogRelation, kinds: string) =>
    data.relations.find((relation) => relation.type === type && relation.target.startsWith(kinds))?.target;
  const owner = said.owner ?? shortened(related('ownedBy', ''));
  const system = said.system ?? shortened(related('partOf', 'system:'));
  return {
    ...present({ owner, system, sla: said.sla, sensitivity: said.sensitivity, retention: said.retention }),
    ...present({ hosting: said.hosting, vendor: said.vendor, impact: said.impact }),
    ...(said.permittedUse.length === 0 ? {} : { permittedUse: said.permittedUse }),
    ...(Object.keys(said.duties).length === 0 ? {} : { duties: said.duties }),
    ...(metadata.tags.length === 0 && Object.keys(metadata.labels).length === 0
      ? {}
      : { tags: { ...Object.fromEntries(metadata.tags.map((tag) => [tag, ''])), ...metadata.labels } }),
  };
}

export function tenureOf({ data: { firebreak: said } }: EntityFact): Tenure {
  return present({
    lifetime: said.lifetime,
    access: said.standing,
    created: said.created,
    expires: said.expires,
    lastUsed: said.lastUsed,
  });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** As people write it: without the kind and namespace that are understood. */
function shortened(reference: string | undefined): string | undefined {
  return reference?.replace(/^(group|system):/, '').replace(/^((?:[a-z]+:)?)default\//, '$1');
}
