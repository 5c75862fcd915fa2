import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { credentialsOf } from '../../kubernetes/credentials.ts';

export default {
  label: 'CREDENTIAL_OPEN',
  from: ['Secret'],
  to: ['Credential'],
  needs: ['kubernetes.secret'],
  techniques: ['T1552', 'AML.T0055'],
  traverse: 'instant',
  explain: {
    what: 'Takes a credential of another system out of the secret.',
    why: 'Its type or the names of its keys say that it opens a registry, a cloud, a source host, a model hub or a database.',
    cut: 'Cut the way to the secret, and rotate the credential where it is good.',
  },
  severedBy: [],
  derive,
  levers: () => [],
} satisfies EdgeRule;

function* derive(estate: Estate): Generator<DerivedEdge> {
  for (const { id, holder, because } of credentialsOf(estate))
    yield { from: holder, to: id, facts: [holder], note: because };
}
