import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { podNeeds } from '../../kubernetes/needs.ts';
import { shutRegistry, takesPushes } from '../../oci/levers.ts';
import { runningImages } from '../../oci/running-images.ts';

/** Only a tag is followed. With a digest the same image runs whatever is pushed, and there is no step. */
export default {
  label: 'IMAGE_PUSH_RUNS',
  from: ['Repository'],
  to: ['Container', 'Pod'],
  needs: [...podNeeds, 'oci.registry'],
  techniques: ['T1525', 'T1195.002', 'AML.T0010'],
  traverse: 'hours',
  explain: {
    what: 'Runs its own code in the workload, as the next image that it pulls.',
    why: 'The workload names its image by a tag, which whoever pushes to the repository can move.',
    cut: 'Name the image by its digest, or take the right to push away.',
  },
  severedBy: ['oci.read-only'],
  derive,
  levers: shutRegistry,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const [repository, images] of runningImages(estate)) {
    if (!takesPushes(estate, repository)) continue;
    for (const { repository: from, runs: to, tag, always, facts } of images)
      yield {
        from,
        to,
        facts,
        likelihood: always ? 0.9 : 0.5,
        note: always ? `${tag}, pulled at every start` : `${tag}, pulled where a node has no copy of it`,
      };
  }
}
