/**
 * Addresses without what may be secret in them. What is written to a fact, a gap or a log of an address goes through here.
 */

/** Names of variables, headers and parameters that hold secrets. */
export const secretName =
  /(token|secret|passw(or)?d|passwd|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|auth[_-]?key|cookie|bearer|_pat$|^pat$|dsn|connection[_-]?string)/i;
/** How secrets of well-known systems begin. */
export const secretValue =
  /^(sk-|sk_|rk_live|ghp_|gho_|ghs_|ghu_|github_pat_|glpat-|xox[abeprs]-|xapp-|hf_|AIza|eyJ[A-Za-z0-9_-]{10}|ya29\.|npm_|pypi-|lin_api_|ntn_|secret_|SG\.|dop_v1_|figd_|r8_|gsk_|tvly-|pplx-|dckr_pat_|AGE-SECRET|-----BEGIN)/;

export interface OpenAddress {
  /** Without password, query, fragment, and parts of the path that look like secrets. */
  readonly address: string;
  readonly scheme: string;
  /** Whether something was taken out of it. */
  readonly secret: boolean;
}

/** Stands where a part of a path was left out. */
const hiddenPart = '~';

/** The parts of a URL that may be known; undefined for what is no URL with a host. */
export function openAddress(written: string): OpenAddress | undefined {
  if (written.length > 2048 || !/^[a-z][a-z0-9+.-]{1,30}:\/\//i.test(written) || !URL.canParse(written))
    return undefined;
  const url = new URL(written);
  if (url.host === '') return undefined;
  const web = /^(https?|wss?|sse):$/.test(url.protocol);
  const segments = url.pathname.split('/').map((part) => (looksSecret(part) ? hiddenPart : part));
  const hidden = segments.includes(hiddenPart);
  const user = !web && url.username !== '' ? `${url.username}@` : '';
  const query = [...url.searchParams].some(
    ([key, value]) => value !== '' && (secretName.test(key) || looksSecret(value)),
  );
  return {
    address: `${url.protocol}//${user}${url.host}${segments.join('/').replace(/\/+$/, '')}`,
    scheme: url.protocol,
    secret: hidden || query || url.password !== '' || (web && url.username !== ''),
  };
}

/** Long, of letters and digits: no word that people choose for a path. */
function looksSecret(part: string): boolean {
  return (
    secretValue.test(part) || (part.length >= 24 && /\d/.test(part) && /[a-z]/i.test(part) && /^[\w.~%-]+$/.test(part))
  );
}
