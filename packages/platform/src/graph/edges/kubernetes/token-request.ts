import type { EdgeRule } from '@firebreak/contract';
import { serviceAccounts } from '../../kubernetes/inventory.ts';

import { restraintNeeds, rightsNeeds } from '../../kubernetes/needs.ts';
import { denyRight } from '../../kubernetes/restraining.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

const right = { verbs: ['create'], group: '', resource: 'serviceaccounts/token' };

export default {
  label: 'TOKEN_REQUEST',
  from: ['PermissionSet'],
  to: ['ServiceAccount'],
  needs: [...rightsNeeds, ...restraintNeeds],
  techniques: ['T1528', 'T1098.001'],
  traverse: 'instant',
  explain: {
    what: 'Asks the API server for a fresh token of the account.',
    why: 'The role allows to create serviceaccounts/token.',
    cut: 'Take the identity out of the binding; tokens already issued stay good until the account is recreated.',
  },
  severedBy: ['kubernetes.deny-admission'],
  derive: (estate, options) => rightEdges(estate, options, right, serviceAccounts),
  levers: (edge, estate) => denyRight(edge, estate, right),
} satisfies EdgeRule;
