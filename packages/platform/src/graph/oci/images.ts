/** What is known of the images of a registry: who speaks of them, and which repositories they lie in. */
import type { Estate, Fact, NodeId } from '@firebreak/contract';
import { perEstate } from '../../facts/estate.ts';
import { append } from '../kubernetes/pods.ts';
import { imageRepositoryId } from '../names/image-reference.ts';

type ReferrerFact = Fact<'oci.referrer'>;

/** What speaks of an image, by repository and digest: `oci:Repository/…@sha256:…`. */
export const referrersByImage: (estate: Estate) => ReadonlyMap<string, readonly ReferrerFact[]> = perEstate(
  (estate) => {
    const by = new Map<string, ReferrerFact[]>();
    for (const fact of estate.all('oci.referrer'))
      append(by, `${imageRepositoryId(fact.data)}@${fact.data.subject}`, fact);
    return by;
  },
);

export const imagesByRepository: (estate: Estate) => ReadonlyMap<NodeId, readonly Fact<'oci.image'>[]> = perEstate(
  (estate) => {
    const by = new Map<NodeId, Fact<'oci.image'>[]>();
    for (const fact of estate.all('oci.image')) append(by, imageRepositoryId(fact.data), fact);
    return by;
  },
);

export const repositoriesByRegistry: (estate: Estate) => ReadonlyMap<string, readonly Fact<'oci.repository'>[]> =
  perEstate((estate) => {
    const by = new Map<string, Fact<'oci.repository'>[]>();
    for (const fact of estate.all('oci.repository')) append(by, fact.data.registry, fact);
    return by;
  });

/** Having what lies in a repository, without being able to push to it. */
export function repositoryContentId(repository: NodeId): NodeId {
  return repository.replace('Repository/', 'RepositoryContent/');
}
