/** Nodes of identity providers that trust policies name. An OIDC issuer is the same node whoever tells of it. */
import { awsId, type NodeId } from '@firebreak/contract';
import { oidcIssuerId } from '../names/oidc-issuer.ts';
import { issuerOf } from './federation.ts';

export function providerId(provider: string): NodeId {
  return provider.includes(':saml-provider/') ? awsId(provider) : oidcIssuerId(issuerOf(provider));
}
