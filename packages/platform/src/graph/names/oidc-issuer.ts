/**
 * Who signs tokens, as everybody writes it: with scheme in a token, without in IAM. The host has no case, the path has; a
 * slash at the end is no difference.
 */
import type { NodeId } from '@firebreak/contract';

/** `oidc.eks.eu-west-1.amazonaws.com/id/ABC` */
export function oidcIssuer(url: string): string {
  const [host = '', ...path] = url
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/+$/, '')
    .split('/');
  return [host.toLowerCase(), ...path].join('/');
}

export function oidcIssuerId(url: string): NodeId {
  return `oidc:Issuer/${oidcIssuer(url)}`;
}
