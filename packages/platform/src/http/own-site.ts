/**
 * Against a browser on the operator's machine that was lured elsewhere. A page of another site, or of another program on
 * localhost, can send requests here, and DNS rebinding makes its own name point here. So:
 *
 * - the Host header must be one of our names;
 * - what changes something must come from our own origin (browsers always say which one it is then);
 * - a browser that says that another site is asking gets nothing from the API at all.
 *
 * The cookie is SameSite=Strict and HttpOnly besides. Programs send none of these headers and are not concerned.
 */
import { FirebreakError } from '@firebreak/contract';
import type { FastifyRequest } from 'fastify';

const loopback = ['127.0.0.1', 'localhost', '[::1]'];

/** @param hosts names beside loopback under which we are reached, without port. @throws FirebreakError FB-ORIGIN-REFUSED */
export function ownSiteOnly(hosts: readonly string[]): (request: FastifyRequest) => Promise<void> {
  const ours = new Set([...loopback, ...hosts.map((host) => host.toLowerCase())]);
  return async ({ headers, method, url }) => {
    const host = (headers.host ?? '').toLowerCase();
    if (!ours.has(host.replace(/:\d{1,5}$/, '')))
      throw new FirebreakError('FB-ORIGIN-REFUSED', 'The Host header is not one of our names.');
    const asking = headers['sec-fetch-site'];
    if (url.startsWith('/api/') && (asking === 'cross-site' || asking === 'same-site'))
      throw new FirebreakError('FB-ORIGIN-REFUSED', 'The request was made by a page of another site.');
    const { origin } = headers;
    if (method !== 'GET' && method !== 'HEAD' && origin !== undefined && hostOf(origin) !== host)
      throw new FirebreakError('FB-ORIGIN-REFUSED', 'The request comes from another origin.');
  };
}

/** Of `null`, which sandboxed pages and local files send, there is none. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
