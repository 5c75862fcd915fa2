/** Where versions of models lie and who can write there, and who may do what on a server. */
import { type Estate, type Fact, type FactId, mlflowId, type NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';
import { bucketId, storageAddress, writeId } from '../names/storage-uri.ts';

type ExperimentFact = Fact<'mlflow.experiment'>;
type UserFact = Fact<'mlflow.user'>;

export function registeredModelWriteId(server: string, name: string): NodeId {
  return writeId(mlflowId('RegisteredModel', server, name));
}
export function versionWriteId(server: string, name: string, version: string): NodeId {
  return writeId(mlflowId('ModelVersion', server, `${name}/${version}`));
}
export function experimentWriteId({ data }: ExperimentFact): NodeId {
  return writeId(mlflowId('Experiment', data.server, data.experimentId));
}

/** Where the files of something lie: in a bucket, or with the server itself. */
export type ArtifactPlace =
  | { readonly kind: 'bucket'; readonly content: NodeId; readonly write: NodeId }
  | { readonly kind: 'proxied'; readonly path: string };

/** Undefined for places that nobody in the estate stands for: a local folder, a web server, a hub. */
export function placeOf(uri: string | undefined): ArtifactPlace | undefined {
  if (uri === undefined) return undefined;
  if (uri.startsWith('mlflow-artifacts:')) {
    const path = uri.slice('mlflow-artifacts:'.length).replace(/^\/\/[^/]*/, '');
    return { kind: 'proxied', path: path.replace(/^\/+/, '').replace(/\/+$/, '') };
  }
  const address = storageAddress(uri);
  if (address?.kind !== 'bucket') return undefined;
  const content = bucketId(address.provider, address.bucket);
  return { kind: 'bucket', content, write: writeId(content) };
}

/**
 * By version: the experiments through which the server lets its artifacts be written, which are those below whose place the
 * version lies. Where the experiment's place is a bucket the server is not asked, and the bucket's own rights count.
 */
export const experimentsOfVersions: (estate: Estate) => ReadonlyMap<FactId, ExperimentFact> = perEstate((estate) => {
  const byPlace = new Map<string, ExperimentFact>();
  for (const fact of estate.all('mlflow.experiment')) {
    const place = placeOf(fact.data.artifactLocation);
    if (place?.kind === 'proxied') byPlace.set(`${fact.data.server} ${place.path}`, fact);
  }
  const found = new Map<FactId, ExperimentFact>();
  for (const version of estate.all('mlflow.model-version')) {
    const place = placeOf(version.data.storage);
    if (place?.kind !== 'proxied') continue;
    const parts = place.path.split('/');
    for (let depth = Math.min(parts.length, 20); depth > 0; depth -= 1) {
      const experiment = byPlace.get(`${version.data.server} ${parts.slice(0, depth).join('/')}`);
      if (experiment === undefined) continue;
      found.set(version.id, experiment);
      break;
    }
  }
  return found;
});

/** Things of one server, by the server's name. */
export const byServer: (estate: Estate) => {
  readonly models: ReadonlyMap<string, readonly Fact<'mlflow.registered-model'>[]>;
  readonly experiments: ReadonlyMap<string, readonly ExperimentFact[]>;
} = perEstate((estate) => {
  const models = new Map<string, Fact<'mlflow.registered-model'>[]>();
  for (const fact of estate.all('mlflow.registered-model')) append(models, fact.data.server, fact);
  const experiments = new Map<string, ExperimentFact[]>();
  for (const fact of estate.all('mlflow.experiment')) append(experiments, fact.data.server, fact);
  return { models, experiments };
});

const ranks: Readonly<Record<string, number>> = { READ: 1, USE: 2, EDIT: 3, MANAGE: 4 };

/**
 * What a user was granted, `*` or ids, for at least this permission. A denial of one thing is kept apart: it wins. Grants to
 * the workspace are rights to everything in it.
 */
export function grantsOf(
  user: UserFact,
  resource: 'experiment' | 'registered_model',
  atLeast: 'READ' | 'EDIT',
): { readonly all: boolean; readonly ids: ReadonlySet<string>; readonly denied: ReadonlySet<string> } {
  const ids = new Set<string>();
  const denied = new Set<string>();
  let all = false;
  for (const { resource: of, pattern, permission } of user.data.permissions) {
    if (of === resource && (permission === 'DENY' || permission === 'NO_PERMISSIONS')) denied.add(pattern);
    const enough = (ranks[permission] ?? 0) >= (ranks[atLeast] ?? 0);
    if (of === resource && enough && pattern !== '*') ids.add(pattern);
    if (enough && pattern === '*' && (of === resource || (of === 'workspace' && permission === 'MANAGE'))) all = true;
  }
  return { all: all && !denied.has('*'), ids, denied };
}
