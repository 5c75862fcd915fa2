import { accountAdminId, type DerivedEdge, type EdgeRule, type Estate } from '@firebreak/contract';
import { administratorsOf } from '../../aws/administrators.ts';
import { holdersOf } from '../../aws/holders.ts';
import { quarantine } from '../../aws/levers.ts';
import { identityNeeds } from '../../aws/needs.ts';

export default {
  label: 'ACCOUNT_ADMINISTRATOR',
  from: ['User', 'Role', 'Group'],
  to: ['Privilege'],
  needs: identityNeeds,
  techniques: ['T1078.004'],
  traverse: 'instant',
  explain: {
    what: 'Holds the whole account.',
    why: 'It may make identities and give them any right, which is every right.',
    cut: 'Take the policies from it that let it write IAM without limit, or bound it.',
  },
  severedBy: ['aws.quarantine-identity'],
  levers: quarantine,
  *derive(estate: Estate): Generator<DerivedEdge> {
    const holders = holdersOf(estate);
    for (const [id, { decision, facts, keys }] of administratorsOf(estate)) {
      const account = holders.get(id)?.account ?? '';
      yield {
        from: id,
        to: accountAdminId(account),
        facts,
        ...(decision === 'depends' ? { likelihood: 0.5, note: `depends on ${keys.join(', ')}` } : {}),
      };
    }
  },
} satisfies EdgeRule;
