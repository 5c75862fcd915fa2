import type { DerivedEdge, EdgeRule, Estate } from '@firebreak/contract';
import { credentialsOf } from '../../aws/credentials.ts';
import { credentialLevers } from '../../aws/levers.ts';

/** An inactive key opens nothing until somebody activates it again. */
export default {
  label: 'IAM_CREDENTIAL',
  from: ['AccessKey', 'LoginProfile'],
  to: ['User'],
  needs: ['aws.user'],
  techniques: ['T1078.004', 'T1552'],
  traverse: 'instant',
  explain: {
    what: 'Acts as the user.',
    why: 'The key or password is the user’s.',
    cut: 'Deactivate the key, or delete the password.',
  },
  severedBy: ['aws.deactivate-access-key'],
  levers: credentialLevers,
  *derive(estate: Estate): Generator<DerivedEdge> {
    for (const { id, user, usable } of credentialsOf(estate)) if (usable) yield { from: id, to: user, facts: [user] };
  },
} satisfies EdgeRule;
