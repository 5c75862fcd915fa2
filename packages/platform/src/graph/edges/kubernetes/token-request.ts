import type { EdgeRule } from '@firebreak/contract';
import { serviceAccounts } from '../../kubernetes/inventory.ts';

import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

export default {
  label: 'TOKEN_REQUEST',
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  needs: [...rightsNeeds],
  techniques: ['T1528', 'T1098.001'],
  traverse: 'instant',
  explain: {
    what: 'Asks the API server for a fresh token of the account.',
    why: 'The role allows to create serviceaccounts/token.',
    cut: 'Take the identity out of the binding; tokens already issued stay good until the account is recreated.',
  },
  severedBy: [],
  derive: (estate, options) =>
    rightEdges(estate, options, { verbs: ['create'], group: '', resource: 'serviceaccounts/token' }, serviceAccounts),
  levers: () => [],
} satisfies EdgeRule;
