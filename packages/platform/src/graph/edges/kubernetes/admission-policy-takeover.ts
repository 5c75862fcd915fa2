import { clusterAdminId, type DerivedEdge, type DeriveOptions, type EdgeRule, type Estate } from '@firebreak/contract';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { powers } from '../../kubernetes/powers.ts';
import { type Grant, grantFacts } from '../../kubernetes/rbac.ts';

/**
 * WEBHOOK_TAKEOVER without a server of one's own: a MutatingAdmissionPolicy rewrites what others write by an expression. It
 * does nothing until a binding names it; the two are written by separate requests, and so by two identities if need be. Even
 * odds, since servers before 1.36 have the kind switched off unless somebody asked for it.
 */
export default {
  label: 'ADMISSION_POLICY_TAKEOVER',
  from: ['PermissionSet'],
  to: ['Privilege'],
  needs: rightsNeeds,
  techniques: ['T1556'],
  traverse: 'hours',
  explain: {
    what: 'Has the API server rewrite the pods and bindings of others.',
    why: 'The roles allow to create mutating admission policies and to bind them.',
    cut: 'Take the identity out of one of the bindings.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate, options: DeriveOptions): Generator<DerivedEdge> {
  if (options.convention !== undefined) return;
  const creating = (resource: string): Set<Grant> => {
    const right = { verbs: ['create'], group: 'admissionregistration.k8s.io', resource, clusterScoped: true };
    return new Set([...powers(estate, options, right)].flatMap(({ grant, names }) => (names === 'any' ? [grant] : [])));
  };
  const policies = creating('mutatingadmissionpolicies');
  const bindings = creating('mutatingadmissionpolicybindings');
  const edge = { to: clusterAdminId, likelihood: 0.5, note: 'create mutatingadmissionpolicies and their bindings' };
  for (const grant of policies) if (bindings.has(grant)) yield { ...edge, from: grant.id, facts: grantFacts(grant) };
  for (const policy of policies) {
    if (bindings.has(policy)) continue;
    for (const binding of bindings)
      if (!policies.has(binding))
        yield {
          ...edge,
          from: policy.id,
          with: [binding.id],
          facts: [...new Set([...grantFacts(policy), ...grantFacts(binding)])],
        };
  }
}
