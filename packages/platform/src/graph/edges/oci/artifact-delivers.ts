import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { channelInputs } from '../../kubernetes/channel-sources.ts';
import { suspendDelivery } from '../../kubernetes/levers.ts';
import { shutRegistry, takesPushes } from '../../oci/levers.ts';

export default {
  label: 'ARTIFACT_DELIVERS',
  from: ['Repository'],
  to: ['Application.argoproj.io', 'OCIRepository.source.toolkit.fluxcd.io', 'HelmRepository.source.toolkit.fluxcd.io'],
  needs: ['oci.registry', 'kubernetes.delivery-channel'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Pushes a chart or manifests to the registry and so chooses what the channel delivers.',
    why: 'Argo CD or Flux takes its manifests from this repository of the registry, by a tag or a version range.',
    cut: 'Suspend the delivery, or take away the right to push.',
  },
  severedBy: ['kubernetes.suspend-delivery', 'oci.read-only'],
  derive,
  levers: (edge, estate) => [...suspendDelivery(estate, edge.to), ...shutRegistry(edge, estate)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.delivery-channel')) {
    if (fact.data.suspended) continue;
    for (const { from, system, note } of channelInputs(estate, fact))
      if (system === 'oci' && takesPushes(estate, from))
        yield { from, to: fact.id, facts: [fact.id], ...(note === '' ? {} : { note }) };
  }
}
