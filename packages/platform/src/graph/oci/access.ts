/** Who may do what in a registry, as edges: an answer that nobody could give is a step that may work. */
import { anonymousPullerId, type DerivedEdge, type Estate, type Fact, type NodeId, ociId } from '@firebreak/contract';
import { imageRepositoryId } from '../names/image-reference.ts';
import { repositoriesByRegistry, repositoryContentId } from './images.ts';

export type AccessFact = Fact<'oci.access'>;

/** Likelihood of a right that the registry does not tell of. */
const untold = 0.5;

export function subjectId({ data }: AccessFact): NodeId {
  return data.user === undefined ? anonymousPullerId(data.registry) : ociId('User', data.registry, data.user);
}

export function* accessEdges(estate: Estate, right: 'pull' | 'push'): Generator<DerivedEdge> {
  const end = (repository: NodeId) => (right === 'push' ? repository : repositoryContentId(repository));
  for (const fact of estate.all('oci.access')) {
    const { registry, repository, because } = fact.data;
    const answer = fact.data[right];
    if (answer === 'no') continue;
    const odds = answer === 'unknown' ? { likelihood: untold } : {};
    const to =
      repository !== undefined
        ? end(imageRepositoryId({ registry, repository }))
        : {
            key: `oci-repositories-${right}:${registry}`,
            label: `any repository of ${registry}`,
            members: () =>
              (repositoriesByRegistry(estate).get(registry) ?? []).map(({ id, data }) => ({
                node: end(imageRepositoryId(data)),
                facts: [id],
              })),
          };
    yield { from: subjectId(fact), to, facts: [fact.id], note: because, ...odds };
  }
}
