/** Facts of issuers, clients and grants as they are made; what does not fit its schema is a gap. */
import { type AnyFact, type Collected, type OauthFactKind, oauthFactSchemas } from '@firebreak/contract';
import { gap } from '../../intake/gap.ts';
import { openAddress } from '../../intake/open-address.ts';

export const oauthFactKinds = Object.keys(oauthFactSchemas) as OauthFactKind[];

export function made(kind: OauthFactKind, id: string, data: object, locator: string): Collected {
  const parsed = oauthFactSchemas[kind].safeParse(data);
  if (parsed.success && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,2048}$/u.test(id))
    return { fact: { id, kind, data: parsed.data, source: { connector: 'oauth', locator } } as AnyFact };
  const issue = parsed.error?.issues[0];
  const reason = `${issue?.path.join('.') ?? 'its name'}: ${issue?.message ?? 'not usable'}.`;
  return { gap: gap('FB-OBJECT-INVALID', [kind], locator, reason) };
}

/** By its address, without scheme. */
export function issuerId(issuer: string): string {
  return `oauth:Issuer/${issuer.replace(/^https?:\/\//i, '').replace(/\/+$/, '')}`;
}
const restOf = (id: string) => id.slice(id.indexOf('/') + 1);
export const clientFactId = (issuer: string, clientId: string) => `oauth:Client/${restOf(issuer)}/${clientId}`;
export const grantFactId = (issuer: string, clientId: string, user: string | undefined) =>
  `oauth:Grant/${restOf(issuer)}/${clientId}/${user === undefined ? 'itself' : `user:${user}`}`;

/** A redirect URI without what may be secret; wildcards and schemes of native applications are kept. */
export function shownRedirect(written: string): string | undefined {
  if (written.length > 2048 || written === '' || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(written)) return undefined;
  if (/^\/?\*$|^\/[\w/*.-]*$/.test(written)) return written;
  const open = openAddress(written.replaceAll('*', 'fb-any'));
  return open?.address.replaceAll('fb-any', '*') ?? (/^[a-z][a-z0-9+.-]*:/i.exec(written)?.[0] || undefined);
}
