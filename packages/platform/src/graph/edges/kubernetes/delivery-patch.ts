import type { DerivedEdge, DeriveOptions, EdgeRule, Estate } from '@firebreak/contract';
import { customKinds } from '../../kubernetes/custom-kinds.ts';
import { deliveryAccounts, deliveryKinds, deliveryTargets } from '../../kubernetes/delivery.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { type Power, powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * Who may rewrite a channel chooses its source, may switch it on again, and so delivers whatever they like, with the rights
 * of the controller that applies it. Suspending the channel does not stop them: the step goes past DELIVERS.
 */
export default {
  label: 'DELIVERY_PATCH',
  from: ['PermissionSet'],
  to: [
    'Application.argoproj.io',
    'Kustomization.kustomize.toolkit.fluxcd.io',
    'HelmRelease.helm.toolkit.fluxcd.io',
    'ServiceAccount',
    'Namespace',
    'Deployment',
  ],
  needs: [...rightsNeeds, 'kubernetes.delivery-channel'],
  techniques: ['T1195.002', 'T1072', 'AML.T0010'],
  traverse: 'minutes',
  explain: {
    what: 'Points a delivery channel at a source of its own, or makes a new one.',
    why: 'The role allows to write the objects that tell Argo CD or Flux what to apply.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  for (const { kind, group, resource, population } of customKinds(estate, 'kubernetes.delivery-channel')) {
    for (const power of powers(estate, options, { verbs: ['patch', 'update'], group, resource })) {
      for (const { node, namespace, name } of population) {
        if (!covers(power, namespace, name)) continue;
        const channel = estate.get('kubernetes.delivery-channel', node);
        if (channel === undefined) continue;
        const facts = [...grantFacts(power.grant), node];
        const reached = [node, ...deliveryTargets(estate, channel), ...deliveryAccounts(estate, kind, channel)];
        for (const to of new Set(reached)) yield { from: power.grant.id, to, facts, note: `${power.verb} ${resource}` };
      }
    }
  }
  for (const [kind, { group, resource }] of Object.entries(deliveryKinds)) {
    const accounts = deliveryAccounts(estate, kind, undefined);
    if (accounts.length === 0) continue;
    for (const power of powers(estate, options, { verbs: ['create'], group, resource })) {
      if (power.names !== 'any') continue;
      for (const to of accounts)
        yield { from: power.grant.id, to, facts: grantFacts(power.grant), note: `create ${resource}` };
    }
  }
}

function covers(power: Power, namespace: string | undefined, name: string): boolean {
  return (
    (power.namespace === undefined || power.namespace === namespace) &&
    (power.names === 'any' || power.names.includes(name))
  );
}
