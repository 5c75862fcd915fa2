import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { imagesByRepository, repositoryContentId } from '../../oci/images.ts';

export default {
  label: 'IMAGE_READ',
  from: ['RepositoryContent'],
  to: ['Image'],
  needs: ['oci.image'],
  techniques: ['T1213', 'AML.T0035'],
  traverse: 'instant',
  explain: {
    what: 'Has the image: its files, and the weights if it is a model.',
    why: 'It lies in the repository.',
    cut: 'Take the right to pull away, or remove the image.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const [repository, images] of imagesByRepository(estate))
    for (const { id } of images) yield { from: repositoryContentId(repository), to: id, facts: [id] };
}
