/**
 * How a server that speaks HTTP is named in ids: `host[:port][/path]`, without scheme, user and query, the port of the scheme
 * left out, the names of a Kubernetes service brought to `<service>.<namespace>.svc`. Whoever writes down where a registry of
 * models or a proxy is thereby names the same node.
 */

/** Undefined for what is no http or https address. */
export function serverName(url: string): string | undefined {
  if (url.length > 2048 || !URL.canParse(url)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') return undefined;
  // An explicit port of the other scheme stays: it says something.
  const host = hostname.replace(/\.$/, '').replace(/^([a-z0-9-]+\.[a-z0-9-]+\.svc)\.cluster\.local$/, '$1');
  return `${host}${port === '' ? '' : `:${port}`}${pathname.replace(/\/+$/, '')}`;
}
