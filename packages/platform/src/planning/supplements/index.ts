import { containHost } from './contain-host.ts';
import { evidence } from './evidence.ts';
import { revokeHeldCredential } from './revoke-held-credential.ts';
import { revokeHeldSession } from './revoke-held-session.ts';
import { revokeHeldTokens } from './revoke-held-tokens.ts';
import { slowDownSuspect } from './slow-down-suspect.ts';
import { stopDelivery } from './stop-delivery.ts';
import type { Supplement } from './supplement.ts';
import { tellReceivers } from './tell-receivers.ts';

/** In the order in which they are asked: each sees the targets of those before it, evidence sees them all. */
export const supplements: readonly Supplement[] = [
  revokeHeldCredential,
  revokeHeldSession,
  revokeHeldTokens,
  tellReceivers,
  slowDownSuspect,
  containHost,
  stopDelivery,
  evidence,
];
