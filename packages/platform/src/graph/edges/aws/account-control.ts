import {
  accountAdminId,
  awsAccountId,
  type DerivedEdge,
  type EdgeRule,
  type Estate,
  type GroupMember,
} from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';

export default {
  label: 'ACCOUNT_CONTROL',
  from: ['Privilege'],
  to: ['User', 'Role', 'Group'],
  needs: ['aws.user', 'aws.role', 'aws.group'],
  techniques: ['T1098'],
  traverse: 'seconds',
  explain: {
    what: 'Becomes any identity of the account.',
    why: 'Whoever holds the account makes keys for its users and writes the trust of its roles.',
    cut: 'Nothing inside the account: an organization policy, or taking the account away from whoever holds it.',
  },
  severedBy: [],
  levers: () => [],
  *derive(estate: Estate): Generator<DerivedEdge> {
    const members = new Map<string, GroupMember[]>();
    for (const { id, account, facts, serviceLinked } of holdersOf(estate).values()) {
      if (serviceLinked) continue;
      const list = members.get(account);
      if (list === undefined) members.set(account, [{ node: id, facts }]);
      else list.push({ node: id, facts });
    }
    for (const [account, list] of members) {
      const fact = estate.get('aws.account', awsAccountId(account));
      yield {
        from: accountAdminId(account),
        to: { key: `aws-identities:${account}`, label: `any identity of account ${account}`, members: () => list },
        facts: fact === undefined ? (list[0]?.facts ?? []) : [fact.id],
      };
    }
  },
} satisfies EdgeRule;
