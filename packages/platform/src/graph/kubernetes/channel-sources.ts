/**
 * Where a delivery channel takes from, as nodes: a Git repository, a registry's repository, or another channel of the cluster
 * that keeps a copy of one (Flux). A source that names a commit or a digest takes the same thing whatever is pushed: nobody
 * delivers through it, and it is left out.
 */
import type { Estate, NodeId } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../names/git-repository.ts';
import { imageReference, imageRepositoryId } from '../names/image-reference.ts';
import type { ChannelFact } from './delivery.ts';

export interface ChannelInput {
  readonly from: NodeId;
  readonly system: 'git' | 'oci' | 'channel';
  /** In words: revision and path. */
  readonly note: string;
  /** Branch, tag or range of versions; absent: whatever the repository has for its own. */
  readonly revision?: string;
}

type Source = ChannelFact['data']['sources'][number];

const pinned = /^([0-9a-f]{40}|[0-9a-f]{64}|sha(256|512):[0-9a-f]{64,128})$/;
const sourceGroup = 'source.toolkit.fluxcd.io';

export function* channelInputs(estate: Estate, channel: ChannelFact): Generator<ChannelInput> {
  for (const source of channel.data.sources) {
    const { reference, revision, path } = source;
    if (revision !== undefined && pinned.test(revision)) continue;
    const note = [revision, path].filter((part) => part !== undefined).join(', ');
    if (reference !== undefined) {
      const [kind, ...rest] = reference.split('/');
      const from = `kubernetes:${kind}.${sourceGroup}/${rest.join('/')}`;
      if (estate.get('kubernetes.delivery-channel', from) !== undefined) yield { from, system: 'channel', note };
      continue;
    }
    const registry = registryRepository(source);
    if (registry !== undefined) {
      yield { from: registry, system: 'oci', note };
      continue;
    }
    // A chart in a Helm repository comes from a web server, which no repository of code stands for.
    const git = source.chart === undefined && isGit(channel) ? gitRepositoryName(source.url ?? '') : undefined;
    if (git !== undefined)
      yield { from: gitRepositoryId(git), system: 'git', note, ...(revision === undefined ? {} : { revision }) };
  }
}

/** `oci://host/path` (Flux), or Argo CD's form for a chart in a registry, which has no scheme. */
function registryRepository({ url = '', chart }: Source): NodeId | undefined {
  const path = url.startsWith('oci://') ? url.slice('oci://'.length) : /^[a-z]+:\/\//.test(url) ? undefined : url;
  if (path === undefined || (chart === undefined && !url.startsWith('oci://'))) return undefined;
  const image = imageReference(chart === undefined ? path : `${path.replace(/\/$/, '')}/${chart}`);
  return image === undefined ? undefined : imageRepositoryId(image);
}

function isGit({ data }: ChannelFact): boolean {
  return (
    data.system === 'argocd' || data.resourceKind === 'GitRepository' || data.resourceKind === 'ImageUpdateAutomation'
  );
}
