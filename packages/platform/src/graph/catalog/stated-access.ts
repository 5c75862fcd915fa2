/**
 * Access that the catalog states, as steps. Reading gives the content, writing gives the right to change it, which for data is
 * a node of its own and for code and images is the repository itself (docs/decisions/0003). What has no content (a service, an
 * agent) cannot be read; whoever may write it controls it.
 */
import type { AssetClass, DerivedEdge, Estate, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { writeId } from '../names/storage-uri.ts';
import { classOf } from './classes.ts';
import { nodesOfEntity, nodesOfTarget } from './entities.ts';

const dataClasses: ReadonlySet<AssetClass> = new Set([
  'dataset',
  'model',
  'artifact',
  'prompt',
  'vector-store',
  'feature-store',
  'credential',
]);
/** Kinds of nodes of other systems whose content is data. */
const dataKinds =
  /^(aws:(Bucket|Secret|Parameter)|(gs|azure):Bucket|kubernetes:(Secret|Model|PersistentVolumeClaim|ConfigMap)|store:\w+|openlineage:Dataset|agent:(Prompt|Credential)|mlflow:\w+|hf:\w+)\//;
const repositories = /^(git|oci|hf):Repository\//;

/** Whether a node of the catalog is data: then the right to change it is another node. */
const dataEntities: (estate: Estate) => ReadonlySet<NodeId> = perEstate(
  (estate) =>
    new Set(
      estate
        .all('catalog.entity')
        .filter(({ data }) => dataClasses.has(classOf(data)))
        .flatMap(nodesOfEntity),
    ),
);

/** What somebody has who may read or write the node; undefined where there is nothing to read. */
function heldBy(estate: Estate, node: NodeId, mode: 'read' | 'write'): NodeId | undefined {
  if (repositories.test(node)) return mode === 'write' ? node : node.replace('Repository/', 'RepositoryContent/');
  const isData = dataKinds.test(node) || dataEntities(estate).has(node);
  if (isData) return mode === 'write' ? writeId(node) : node;
  return mode === 'write' ? node : undefined;
}

export function* statedAccess(estate: Estate, mode: 'read' | 'write'): Generator<DerivedEdge> {
  for (const entity of estate.all('catalog.entity')) {
    const { access, vendor } = entity.data.firebreak;
    for (const stated of access) {
      if (stated.mode !== mode) continue;
      for (const target of nodesOfTarget(estate, stated.to)) {
        const to = heldBy(estate, target, mode);
        for (const from of nodesOfEntity(entity))
          if (to !== undefined && to !== from)
            yield { from, to, facts: [entity.id], ...(vendor === undefined ? {} : { note: `run by ${vendor}` }) };
      }
    }
  }
}

/** Nodes of the catalog's own whose change somebody may make. */
export function changeable(estate: Estate, node: NodeId): NodeId | undefined {
  return dataEntities(estate).has(node) && node.startsWith('catalog:') ? writeId(node) : undefined;
}
