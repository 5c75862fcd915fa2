import type { LeverPages } from '../../../exchange/documentation.ts';
import { actions } from '../actions/index.ts';
import { fixedCost, weights } from '../control/impact.ts';

export const oauthLevers: LeverPages = {
  title: 'Actions on OAuth issuers',
  about:
    'On clients by their registration (RFC 7592) or by Keycloak’s admin API, on tokens by RFC 7009. Every step names the issuer and the client; another issuer than the open one is refused. The state is read again right before each request, and what somebody else changed since is refused, not overwritten.',
  connector: 'oauth',
  actions,
  costs: fixedCost,
  weights,
};
