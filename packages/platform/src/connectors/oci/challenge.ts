import { array, field, textAt } from '../../intake/foreign.ts';

/** `WWW-Authenticate` (RFC 9110, 11.6.1) as registries write it: one scheme with quoted parameters. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string | undefined };

/** Undefined for a challenge that we cannot answer. */
export function challengeOf(header: string | undefined): Challenge | undefined {
  const text = (header ?? '').slice(0, 4096);
  const scheme = /^\s*([a-z]+)/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'basic') return { scheme };
  if (scheme !== 'bearer') return undefined;
  const parameters = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([a-z]+)="([^"]*)"/gi))
    parameters.set(name.toLowerCase(), value);
  const realm = parameters.get('realm');
  return realm !== undefined && URL.canParse(realm) ? { scheme, realm, service: parameters.get('service') } : undefined;
}

/**
 * What a token of the distribution token specification allows: its `access` claim, read without being verified, since the
 * registry is the one to judge it. Undefined for tokens that are not of that kind.
 */
export function accessOf(
  token: string,
): readonly { readonly name: string; readonly actions: readonly string[] }[] | undefined {
  const payload = token.length > 65_536 ? undefined : token.split('.')[1];
  if (payload === undefined || token.split('.').length !== 3) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const access = field(claims, 'access');
    if (!Array.isArray(access)) return undefined;
    return access.flatMap((entry) => {
      const name = textAt(entry, 'name');
      const actions = array(field(entry, 'actions')).filter((action) => typeof action === 'string');
      return name === undefined ? [] : [{ name, actions }];
    });
  } catch {
    return undefined;
  }
}
