import {
  clusterAdminId,
  type DerivedEdge,
  type DeriveOptions,
  type EdgeRule,
  type Estate,
  type Lever,
  type LiveEdge,
} from '@firebreak/contract';
import { secrets } from '../../kubernetes/inventory.ts';
import { podStops, stopPods } from '../../kubernetes/levers.ts';
import { podNeeds } from '../../kubernetes/needs.ts';
import { answering, removeWebhook } from '../../kubernetes/webhooks.ts';

/**
 * WEBHOOK_TAKEOVER from the other end: the configuration is as its owner wrote it, and somebody else answers. The selectors of a webhook
 * and its match conditions are not read, so that it may be asked about less than its rules say: even odds.
 */
export default {
  label: 'WEBHOOK_BACKEND',
  from: ['Container'],
  to: ['Privilege', 'Secret'],
  needs: [
    ...podNeeds,
    'kubernetes.webhook-configuration',
    'kubernetes.service',
    'kubernetes.endpoint-slice',
    'kubernetes.secret',
  ],
  techniques: ['T1556', 'T1557'],
  traverse: 'hours',
  explain: {
    what: 'Answers the API server as an admission webhook: rewrites the pods and bindings of others, or reads their secrets.',
    why: 'A webhook configuration sends these objects to the service that this container stands behind.',
    cut: 'Take the webhook out of its configuration, or stop what answers.',
  },
  severedBy: ['kubernetes.remove-webhook', ...podStops],
  derive,
  levers: (edge: LiveEdge, estate: Estate): readonly Lever[] => [
    ...removeWebhook(estate, edge.from, edge.to === clusterAdminId),
    ...stopPods({ from: edge.from, to: edge.from }, estate),
  ],
} satisfies EdgeRule;

function* derive(estate: Estate, { convention }: DeriveOptions): Generator<DerivedEdge> {
  if (convention !== undefined) return;
  const seen = secrets(estate).group();
  for (const { container, facts, webhook, rewrites, reads } of answering(estate)) {
    const edge = { from: container, facts, note: webhook };
    if (rewrites) yield { ...edge, to: clusterAdminId, likelihood: 0.5 };
    if (reads && seen !== undefined) yield { ...edge, to: seen, likelihood: 0.5 };
  }
}
