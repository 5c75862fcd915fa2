import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { deliveryTargets } from '../../kubernetes/delivery.ts';
import { suspendDelivery } from '../../kubernetes/levers.ts';

/** Only of channels that deliver by themselves; what somebody who may rewrite the channel can do is DELIVERY_PATCH. */
export default {
  label: 'DELIVERS',
  from: ['Application.argoproj.io', 'Kustomization.kustomize.toolkit.fluxcd.io', 'HelmRelease.helm.toolkit.fluxcd.io'],
  to: ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Namespace', 'InferenceService.serving.kserve.io'],
  needs: ['kubernetes.delivery-channel', 'kubernetes.workload', 'kubernetes.model-workload', 'kubernetes.namespace'],
  techniques: ['T1195.002', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Delivers what is put into the source to this workload or namespace.',
    why: 'The channel syncs its source into the cluster by itself.',
    cut: 'Suspend the delivery.',
  },
  severedBy: ['kubernetes.suspend-delivery'],
  derive,
  levers: (edge, estate) => suspendDelivery(estate, edge.from),
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const fact of estate.all('kubernetes.delivery-channel')) {
    if (!fact.data.automated || fact.data.suspended) continue;
    for (const to of deliveryTargets(estate, fact))
      yield {
        from: fact.id,
        to,
        facts: [fact.id],
        ...(fact.data.source === undefined ? {} : { note: fact.data.source }),
      };
  }
}
