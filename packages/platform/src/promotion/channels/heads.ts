/**
 * What every delivery channel of an estate delivers now: a branch's commit, the digest behind a tag, the version behind an alias, the text of a workflow,
 * the revision that a controller follows, the address that a service loads its model from. Two estates compared by these say what moved.
 */
import { type ChannelHead, type Estate, mlflowId } from '@firebreak/contract';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';

export function headsOf(estate: Estate): readonly ChannelHead[] {
  return [...heads(estate)].toSorted((a, b) => (a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : 0));
}

/** Of data as it is written down; what is undefined is not there. */
function digestOf(data: unknown): string {
  return `sha256:${sha256Hex(canonicalJson(JSON.parse(JSON.stringify(data))))}`;
}

function* heads(estate: Estate): Generator<ChannelHead> {
  for (const { id, data } of estate.all('oci.tag'))
    yield { channel: id, kind: 'tag', name: `${data.repository}:${data.tag}`, value: data.digest };
  for (const { data } of estate.all('mlflow.registered-model'))
    for (const { alias, version } of data.aliases)
      yield {
        channel: mlflowId('Alias', data.server, `${data.name}@${alias}`),
        kind: 'alias',
        name: `${data.name}@${alias}`,
        value: version,
      };
  for (const { id, data } of estate.all('mlflow.model-version'))
    yield {
      channel: id,
      kind: 'model-version',
      name: `${data.name}/${data.version}`,
      // A version whose files were put elsewhere is another model under the same number.
      value: data.storage ?? data.source ?? null,
    };
  for (const { id, data } of estate.all('github.branch'))
    yield {
      channel: id,
      kind: 'branch',
      name: `${data.repository.path}@${data.name}`,
      value: data.commit?.sha ?? null,
    };
  for (const kind of ['github.workflow', 'ci.pipeline'] as const)
    for (const { id, data } of estate.all(kind))
      yield {
        channel: id,
        kind: 'workflow',
        name: 'path' in data && data.repository !== undefined ? `${data.repository.path}/${data.path}` : id,
        value: digestOf(data),
      };
  for (const { id, data } of estate.all('kubernetes.delivery-channel')) {
    const sources = data.sources.map(({ url, reference, revision, path, chart }) => ({
      url,
      reference,
      revision,
      path,
      chart,
    }));
    const revisions = data.sources.map(({ revision }) => revision ?? 'newest');
    yield {
      channel: id,
      kind: 'delivery',
      name: `${data.metadata.name} at ${revisions.join(', ') || 'nothing known'}`,
      value: sources.length === 0 ? null : digestOf(sources),
    };
  }
  for (const { id, data } of estate.all('kubernetes.model-workload'))
    if (data.storageUri !== undefined)
      yield { channel: id, kind: 'delivery', name: data.metadata.name, value: data.storageUri };
}
