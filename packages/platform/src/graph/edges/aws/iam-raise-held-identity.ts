import { accountAdminId, type EdgeRule } from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';
import { quarantine } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';
import { policyAuthorsOf } from '../../aws/policy-authors.ts';

/**
 * The step that needs two holdings: the right to write another identity's policies, and that other one, however it is held
 * (a stolen key, a workload that runs as it). What one identity does alone has rules of its own.
 */
export default {
  label: 'IAM_RAISE_HELD_IDENTITY',
  from: ['User', 'Role', 'Group'],
  to: ['Privilege'],
  needs: identityNeeds,
  techniques: ['T1098.003'],
  traverse: 'seconds',
  explain: {
    what: 'Raises an identity that is held already to the whole account.',
    why: 'Whoever holds it may also write its policies.',
    cut: 'Take the right to write the policies of others away.',
  },
  severedBy: ['aws.quarantine-identity'],
  // What the raised identity holds itself is no hindrance: the author writes that too. The right to raise everybody is an edge of its own.
  levers: (edge, estate) => (edge.with.some((id) => holdersOf(estate).has(id)) ? quarantine(edge, estate) : []),
  *derive(estate) {
    const { broad, single } = policyAuthorsOf(estate);
    for (const { id, account, written } of broad)
      for (const identity of written)
        yield { from: identity.id, with: [id], to: accountAdminId(account), facts: identity.facts };
    for (const { author, written, facts } of single)
      yield { from: author.id, with: [written.id], to: accountAdminId(author.account), facts };
  },
} satisfies EdgeRule;
