import type { EdgeRule } from '@firebreak/contract';
import { quarantine } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { policyAuthorsOf } from '../../aws/policy-authors.ts';

export default {
  label: 'IAM_POLICY_AUTHOR',
  from: ['User', 'Role', 'Group'],
  to: ['Privilege'],
  needs: identityNeeds,
  techniques: ['T1098.003'],
  traverse: 'instant',
  explain: {
    what: 'Writes the policies of any user, or of any role, of the account.',
    why: 'Its policies allow it on every one of them.',
    cut: 'Limit the right to the identities that it takes care of.',
  },
  severedBy: ['aws.quarantine-identity'],
  levers: quarantine,
  *derive(estate) {
    for (const { id: to, authors } of policyAuthorsOf(estate).broad)
      for (const { id: from, facts } of authors) yield { from, to, facts };
  },
} satisfies EdgeRule;
