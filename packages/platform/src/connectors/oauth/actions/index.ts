import type { AnyAction } from '@firebreak/contract';
import type { OauthSession } from '../session.ts';
import disableClient from './disable-client.ts';
import narrowClient from './narrow-client.ts';
import rejectEarlierTokens from './reject-earlier-tokens.ts';
import revokeTokens from './revoke-tokens.ts';

/** In the order of their ids. */
export const actions: readonly AnyAction<OauthSession>[] = [
  disableClient,
  narrowClient,
  rejectEarlierTokens,
  revokeTokens,
];
