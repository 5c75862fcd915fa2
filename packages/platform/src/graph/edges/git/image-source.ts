import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { gitRepositoryId, gitRepositoryName } from '../../names/git-repository.ts';
import { imageRepositoryId } from '../../names/image-reference.ts';

/**
 * The label is the image's own word: it says what somebody built, and not that the next build comes from there or runs by
 * itself. Hence the odds.
 */
export default {
  label: 'IMAGE_SOURCE',
  from: ['Repository'],
  to: ['Repository'],
  needs: ['oci.image'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'days',
  explain: {
    what: 'Changes the source that the image is built from, and waits for the next build.',
    why: 'The image says by its label org.opencontainers.image.source that it is built from this repository.',
    cut: 'Protect the branch that is built, and have the build signed.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('oci.image')) {
    const git = data.source === undefined ? undefined : gitRepositoryName(data.source);
    if (git === undefined) continue;
    yield {
      from: gitRepositoryId(git),
      to: imageRepositoryId(data),
      facts: [id],
      likelihood: 0.5,
      note: 'if it is built from there and the next build runs by itself',
    };
  }
}
