/**
 * Who loads a registered model: KServe services by their storageUri, and containers that name one on their command line, as
 * `mlflow models serve -m models:/churn@champion` does.
 */
import type { Estate, FactId, NodeId } from '@firebreak/contract';
import { mlflowId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { podsOfModel } from '../kubernetes/models.ts';
import { podsOf } from '../kubernetes/pods.ts';
import { storageAddress } from '../names/storage-uri.ts';
import { type ServerFact, serversOf } from './clients.ts';
import { registeredModelWriteId, versionWriteId } from './models.ts';

export interface Loaded {
  /** What decides what is loaded: an alias, the right to write one version, or the one to write the model. */
  readonly by: NodeId;
  readonly loader: NodeId;
  readonly uri: string;
  readonly facts: readonly FactId[];
}

/** Arguments longer than this are programs, not addresses. */
const maxArgument = 500;

export const loadedModels: (estate: Estate) => readonly Loaded[] = perEstate((estate) => {
  if (estate.all('mlflow.server').length === 0) return [];
  return [...byStorageUri(estate), ...byCommandLine(estate)];
});

function* byStorageUri(estate: Estate): Generator<Loaded> {
  for (const model of estate.all('kubernetes.model-workload')) {
    const { storageUri: uri, role, metadata } = model.data;
    if (uri === undefined || role !== 'serving' || storageAddress(uri)?.kind !== 'registered-model') continue;
    const servers = new Map<FactId, ServerFact>();
    const pods: FactId[] = [];
    for (const pod of podsOfModel(estate).get(model.id) ?? [])
      for (const spec of [...pod.containers.map((container) => container.spec), ...pod.spec.initContainers])
        for (const server of serversOf(estate, spec, metadata.namespace ?? 'default', 'registry')) {
          servers.set(server.id, server);
          pods.push(...pod.facts);
        }
    for (const server of servers.values()) {
      const by = deciding(estate, server, uri);
      if (by !== undefined)
        yield { by: by.node, loader: model.id, uri, facts: [model.id, ...by.facts, server.id, ...new Set(pods)] };
    }
  }
}

function* byCommandLine(estate: Estate): Generator<Loaded> {
  for (const pod of podsOf(estate).all)
    for (const { id, spec } of pod.containers) {
      const uris = [...spec.command, ...spec.args].flatMap((argument) =>
        argument.length > maxArgument ? [] : (/(?:^|[\s='"])(models:\/[^\s'"]+)/.exec(argument)?.[1] ?? []),
      );
      if (uris.length === 0) continue;
      for (const server of serversOf(estate, spec, pod.namespace, 'registry'))
        for (const uri of new Set(uris)) {
          const by = deciding(estate, server, uri);
          if (by !== undefined) yield { by: by.node, loader: id, uri, facts: [...pod.facts, ...by.facts, server.id] };
        }
    }
}

/** Undefined for a model that the server does not have. */
function deciding(
  estate: Estate,
  { data: { server } }: ServerFact,
  uri: string,
): { readonly node: NodeId; readonly facts: readonly FactId[] } | undefined {
  const address = storageAddress(uri);
  if (address?.kind !== 'registered-model') return undefined;
  const { name, version } = address;
  const model = estate.get('mlflow.registered-model', mlflowId('RegisteredModel', server, name));
  if (model === undefined) return undefined;
  const facts = [model.id];
  if (version?.startsWith('@') === true) {
    const alias = model.data.aliases.find((each) => `@${each.alias}` === version);
    return alias === undefined ? undefined : { node: mlflowId('Alias', server, `${name}@${alias.alias}`), facts };
  }
  if (version === undefined || !/^\d+$/.test(version))
    // A stage, or the latest version: whoever may write the model moves both.
    return { node: registeredModelWriteId(server, name), facts };
  const exact = estate.get('mlflow.model-version', mlflowId('ModelVersion', server, `${name}/${version}`));
  return exact === undefined ? undefined : { node: versionWriteId(server, name, version), facts: [exact.id, ...facts] };
}
