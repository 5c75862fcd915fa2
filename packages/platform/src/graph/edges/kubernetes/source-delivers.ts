import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { channelInputs } from '../../kubernetes/channel-sources.ts';
import { suspendDelivery } from '../../kubernetes/levers.ts';

export default {
  label: 'SOURCE_DELIVERS',
  from: ['GitRepository.source.toolkit.fluxcd.io', 'OCIRepository.source.toolkit.fluxcd.io'],
  to: ['Kustomization.kustomize.toolkit.fluxcd.io', 'HelmRelease.helm.toolkit.fluxcd.io'],
  needs: ['kubernetes.delivery-channel'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'What the source holds is applied by whatever refers to it.',
    why: 'A Kustomization or HelmRelease of Flux names this source.',
    cut: 'Suspend the source or what refers to it.',
  },
  severedBy: ['kubernetes.suspend-delivery'],
  derive,
  levers: (edge, estate) => [...suspendDelivery(estate, edge.from), ...suspendDelivery(estate, edge.to)],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.delivery-channel')) {
    if (fact.data.suspended) continue;
    for (const { from, system, note } of channelInputs(estate, fact)) {
      const source = estate.get('kubernetes.delivery-channel', from);
      if (system === 'channel' && source !== undefined && !source.data.suspended)
        yield { from, to: fact.id, facts: [fact.id, from], ...(note === '' ? {} : { note }) };
    }
  }
}
