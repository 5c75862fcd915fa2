import { accountAdminId, type GraphNode, type NodeRule } from '@firebreak/contract';
import { holdersOf } from '../../aws/holders.ts';

/** The accounts of the estate, and the holding of each as a whole, which is what all is about. */
export default {
  kinds: ['Account', 'Privilege'],
  needs: ['aws.account'],
  *derive(estate): Generator<GraphNode> {
    const told = new Map(estate.all('aws.account').map((fact) => [fact.data.AccountId, fact]));
    const accounts = new Set([...told.keys(), ...[...holdersOf(estate).values()].map(({ account }) => account)]);
    for (const account of accounts) {
      const fact = told.get(account);
      const facts = fact === undefined ? [] : [fact.id];
      const called = fact?.data.Alias ?? account;
      if (fact !== undefined)
        yield {
          id: fact.id,
          kind: 'Account',
          class: 'inventory',
          name: called,
          namespace: account,
          facts,
          detail: {
            partition: fact.data.Partition,
            ...(fact.data.OrganizationId === undefined ? {} : { organization: fact.data.OrganizationId }),
            ...(fact.data.ManagementAccount === true ? { managementAccount: true } : {}),
          },
        };
      yield {
        id: accountAdminId(account),
        kind: 'Privilege',
        class: 'control-plane',
        name: `administrator of ${called}`,
        namespace: account,
        facts,
        jewel: `the whole AWS account ${called}`,
      };
    }
  },
} satisfies NodeRule;
