import { clusterAdminId, type DerivedEdge, type DeriveOptions, type EdgeRule, type Estate } from '@firebreak/contract';
import { secrets } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { type Power, powers } from '../../kubernetes/powers.ts';
import { grantFacts } from '../../kubernetes/rbac.ts';

/**
 * A mutating webhook rewrites what others write: the next pod of a controller gets another image, privileged, with any
 * account. A validating one only sees: every secret at its next write.
 */
export default {
  label: 'WEBHOOK_TAKEOVER',
  from: ['PermissionSet'],
  to: ['Privilege', 'Secret'],
  needs: [...rightsNeeds, 'kubernetes.webhook-configuration', 'kubernetes.secret'],
  techniques: ['T1556', 'T1557'],
  traverse: 'hours',
  explain: {
    what: 'Puts itself between the API server and everybody who writes.',
    why: 'The role allows to write admission webhook configurations, and the server sends them every object.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  const right = { verbs: ['create', 'patch', 'update'], group: 'admissionregistration.k8s.io', clusterScoped: true };
  for (const power of powers(estate, options, { ...right, resource: 'mutatingwebhookconfigurations' })) {
    if (writes(estate, power, true))
      yield {
        from: power.grant.id,
        to: clusterAdminId,
        facts: grantFacts(power.grant),
        note: 'mutating',
        likelihood: 0.8,
      };
  }
  const seen = secrets(estate).group();
  if (seen === undefined) return;
  for (const power of powers(estate, options, { ...right, resource: 'validatingwebhookconfigurations' })) {
    if (writes(estate, power, false))
      yield { from: power.grant.id, to: seen, facts: grantFacts(power.grant), note: 'validating', likelihood: 0.4 };
  }
}

/** A new configuration can always be made; an existing one must be there to be changed. */
function writes(estate: Estate, { names, verb }: Power, mutating: boolean): boolean {
  if (verb === 'create' && names === 'any') return true;
  return estate
    .all('kubernetes.webhook-configuration')
    .some(({ data }) => data.mutating === mutating && (names === 'any' || names.includes(data.metadata.name)));
}
