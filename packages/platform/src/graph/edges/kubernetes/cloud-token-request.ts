import type { EdgeRule } from '@firebreak/contract';
import { cloudCredentials } from '../../kubernetes/inventory.ts';
import { rightsNeeds } from '../../kubernetes/needs.ts';
import { rightEdges } from '../../kubernetes/right-edges.ts';

/**
 * A token is asked for with an audience of the asker's choice, that of the cloud included: what CLOUD_IDENTITY keeps from those
 * who hold the account's ordinary token this right gives them.
 */
export default {
  label: 'CLOUD_TOKEN_REQUEST',
  from: ['PermissionSet'],
  to: ['Credential'],
  needs: rightsNeeds,
  techniques: ['T1528', 'T1078.004'],
  traverse: 'instant',
  explain: {
    what: 'Asks the API server for a token of the account that the cloud accepts.',
    why: 'The role allows to create serviceaccounts/token, and the account stands for a role of the cloud.',
    cut: 'Take the identity out of the binding.',
  },
  severedBy: [],
  derive: (estate, options) =>
    options.convention === undefined
      ? rightEdges(
          estate,
          options,
          { verbs: ['create'], group: '', resource: 'serviceaccounts/token' },
          cloudCredentials,
        )
      : [],
  levers: () => [],
} satisfies EdgeRule;
