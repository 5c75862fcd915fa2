import { defineAction } from '@firebreak/contract';
import { z } from 'zod';
import type { SsfSession } from '../session.ts';
import { type SignalBefore, type SignalParams, signalBefore, signalling, toReceiver } from '../signal/signal-action.ts';

const params = z.strictObject({
  ...toReceiver,
  /** CAEP 1.0, section 3.3: of which kind the credential is. */
  credential: z.string().regex(/^[a-z0-9-]{1,64}$/, 'not a kind of credential'),
  change: z.enum(['revoke', 'update', 'delete', 'create']).default('revoke'),
});
type Params = z.output<typeof params> & SignalParams;

/** CAEP: a credential of the subject is not what it was. */
export default defineAction<Params, SignalBefore, SsfSession>({
  id: 'ssf.credential-change',
  title: 'Tell that a credential changed',
  stage: 'credential',
  targetKinds: ['*'],
  params,
  before: signalBefore,
  permissions: ['what the receiver asks for: its authorization header, and our issuer and key known to it'],
  describe: ({ node, receiver, credential, change }) =>
    `Tell ${receiver} of the credential of ${node.name}: ${credential}, ${change} (CAEP credential-change).`,
  undoes: ({ node }) => `${node.name} gets a new credential where it may.`,
  drastic: () => false,
  takes: () => 5,
  ...signalling<Params>({
    event: 'credential-change',
    more: ({ credential, change }) => ({ credential_type: credential, change_type: change }),
  }),
  reversal: {
    kind: 'none',
    because: 'An event cannot be unsaid; a credential that was given up is replaced, not restored.',
  },
});
