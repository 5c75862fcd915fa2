import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { imageRepositoryId } from '../../names/image-reference.ts';
import { shutRegistry, takesPushes } from '../../oci/levers.ts';

export default {
  label: 'TAG_MOVE',
  from: ['Repository'],
  to: ['Tag'],
  needs: ['oci.registry', 'oci.tag'],
  techniques: ['T1525', 'AML.T0010'],
  traverse: 'seconds',
  explain: {
    what: 'Points the tag at content of its own.',
    why: 'Whoever may push to the repository may push under this tag again.',
    cut: 'Take the right to push away, or make the tag immutable.',
  },
  severedBy: ['oci.read-only'],
  derive,
  levers: shutRegistry,
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, data } of estate.all('oci.tag')) {
    const from = imageRepositoryId(data);
    if (takesPushes(estate, from)) yield { from, to: id, facts: [id], note: data.tag };
  }
}
