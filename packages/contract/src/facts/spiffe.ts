/**
 * SPIFFE as facts: registration entries as SPIRE shows them (`spire-server entry show -output json`), templates for entries
 * (ClusterSPIFFEID), trust domains with whom they federate. SPIFFE IDs are URIs (`spiffe://<trust domain>/<path>`). There is no
 * key in here and no SVID.
 */
import { z } from 'zod';
import { line, list, maybe } from './lenient.ts';

const trustDomain = z
  .string()
  .max(255)
  .regex(/^[a-z0-9._-]+$/, 'not a trust domain');
const spiffeUri = z
  .string()
  .max(2048)
  .regex(/^spiffe:\/\/[a-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/, 'not a SPIFFE ID');

export const spiffeTrustDomain = z.object({
  trustDomain,
  /** Issuer of its JWT-SVIDs, with scheme; absent when not told. */
  jwtIssuer: maybe(line(2048)),
  federation: list(z.object({ trustDomain, bundleEndpoint: maybe(line(2048)) })),
});

export const spiffeSelector = z.object({ type: line(128), value: line(1024) });
export type SpiffeSelector = z.infer<typeof spiffeSelector>;

export const spiffeEntry = z.object({
  entryId: line(512),
  spiffeId: spiffeUri,
  parentId: maybe(spiffeUri),
  /** A workload has the identity when all of them are true of it. */
  selectors: list(spiffeSelector),
  /** Seconds; 0 is the server's default. */
  x509SvidTtl: maybe(z.number().nonnegative()),
  jwtSvidTtl: maybe(z.number().nonnegative()),
  federatesWith: list(trustDomain),
  /** May change every entry of the server. */
  admin: z.boolean(),
  /** A SPIRE server of its own, which signs for the trust domain. */
  downstream: z.boolean(),
  dnsNames: list(line(253)),
  createdAt: maybe(line(40)),
  expiresAt: maybe(line(40)),
});

const labels = z.record(z.string(), z.string());

/** ClusterSPIFFEID: entries made for every pod that it selects. */
export const spiffeTemplate = z.object({
  name: line(253),
  /** `spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}/sa/{{ .PodSpec.ServiceAccountName }}` */
  template: line(2048),
  trustDomain: maybe(trustDomain),
  podLabels: labels,
  namespaceLabels: labels,
  /** Whether the selectors hold expressions beyond plain labels, which are not read. */
  narrower: z.boolean(),
  admin: z.boolean(),
  downstream: z.boolean(),
});

export const spiffeFactSchemas = {
  'spiffe.trust-domain': spiffeTrustDomain,
  'spiffe.entry': spiffeEntry,
  'spiffe.template': spiffeTemplate,
} as const;
export type SpiffeFactKind = keyof typeof spiffeFactSchemas;
