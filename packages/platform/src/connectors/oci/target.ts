/** What a spec means: where the registry is, what it is called in image references, and which part of it is wanted. */
import { imageHost } from './image-host.ts';

export interface Target {
  /** Address of the API, without the prefix. */
  readonly base: string;
  /** As in image references. */
  readonly registry: string;
  /** Only repositories below it, or the one of this name. */
  readonly prefix: string;
  /** Name and password, if the address held them; nothing else of the target does. */
  readonly credential: { readonly user: string; readonly password: string } | undefined;
}

/** Undefined for what is no registry. Plain HTTP only for this machine, unless the address says so. */
export function targetOf(spec: string): Target | undefined {
  const [written = '', alias] = spec.split('#');
  const withScheme = /^https?:\/\//.test(written) ? written : `${isLocal(written) ? 'http' : 'https'}://${written}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if (!/[.:]/.test(url.host) && url.hostname !== 'localhost') return undefined;
  const prefix = url.pathname.replace(/^\/(v2\/)?/, '').replace(/\/+$/, '');
  if (prefix !== '' && !/^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/.test(prefix)) return undefined;
  const credential =
    url.username === '' ? undefined : { user: unescaped(url.username), password: unescaped(url.password) };
  url.username = '';
  url.password = '';
  url.pathname = '';
  url.search = '';
  url.hash = '';
  const registry = alias === undefined || alias === '' ? imageHost(url.host) : imageHost(alias.toLowerCase());
  return { base: url.href.replace(/\/$/, ''), registry, prefix, credential };
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function isLocal(spec: string): boolean {
  return /^(localhost|127\.[\d.]{5,11}|\[::1\])(:|\/|$)/.test(spec);
}
