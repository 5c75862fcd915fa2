import { defineAction } from '@firebreak/contract';
import type { SsfSession } from '../session.ts';
import {
  type SignalBefore,
  type SignalParams,
  signalBefore,
  signalling,
  signalParams,
} from '../signal/signal-action.ts';

/** CAEP: all sessions of the subject are over. What follows is the receiver's business. */
export default defineAction<SignalParams, SignalBefore, SsfSession>({
  id: 'ssf.session-revoked',
  title: 'Tell that sessions are revoked',
  stage: 'credential',
  targetKinds: ['*'],
  params: signalParams,
  before: signalBefore,
  permissions: ['what the receiver asks for: its authorization header, and our issuer and key known to it'],
  describe: ({ node, receiver }) =>
    `Tell ${receiver} that all sessions of ${node.name} are revoked (CAEP session-revoked). It ends them; it does not keep the subject from a new one.`,
  undoes: ({ node }) => `${node.name} signs in again where it may.`,
  drastic: () => false,
  takes: () => 5,
  ...signalling<SignalParams>({ event: 'session-revoked', more: () => ({}) }),
  reversal: { kind: 'none', because: 'An event cannot be unsaid, and a session that was ended does not come back.' },
});
