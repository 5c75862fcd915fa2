/** SPIFFE IDs (SPIFFE-ID specification, section 2): a trust domain and a path, the same text wherever it is written. */
import type { NodeId } from '@firebreak/contract';

export interface SpiffeName {
  readonly trustDomain: string;
  /** `/ns/ml/sa/trainer`; empty for the trust domain itself. */
  readonly path: string;
}

/** Undefined for what is no SPIFFE ID. The scheme and the trust domain are compared in lower case; the path is not. */
export function spiffeName(uri: string): SpiffeName | undefined {
  if (uri.length > 2048) return undefined;
  const parsed = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)*)$/i.exec(uri);
  if (parsed === null) return undefined;
  const [, trustDomain = '', path = ''] = parsed;
  if (path.split('/').some((part) => part === '.' || part === '..')) return undefined;
  return { trustDomain: trustDomain.toLowerCase(), path };
}

/** `spiffe:TrustDomain/<trust domain>` or `spiffe:Identity/<trust domain>/<path>`. */
export function spiffeNodeId(uri: string): NodeId | undefined {
  const name = spiffeName(uri);
  if (name === undefined) return undefined;
  return name.path === ''
    ? `spiffe:TrustDomain/${name.trustDomain}`
    : `spiffe:Identity/${name.trustDomain}${name.path}`;
}
