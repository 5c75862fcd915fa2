/**
 * A signing certificate and the way from it to one that is trusted, offline. The certificates in the bundle are a stranger's: they
 * help to find the way and are never its end. As in the reference tool the way is judged at the time when the signing certificate
 * began, because nothing in such a bundle proves when it was signed; a certificate that ended since is told, not refused.
 */
import { X509Certificate } from 'node:crypto';
import { X509Certificate as Extensions } from '@sigstore/core';
import type { Envelope } from '../bundle/bundle.ts';
import { accepted, type Judged, refused } from '../bundle/refusal.ts';
import { curveOf, signatureIs } from './elliptic.ts';
import { signedBefore1 } from './key.ts';
import type { Signed } from './signed.ts';

const codeSigning = '1.3.6.1.5.5.7.3.3';
const longestWay = 10;

/** @param anchors those that are trusted; only self-signed ones end a way. @param now for what is told about an ended one. */
export function judgeByCertificate(
  envelope: Envelope,
  chain: readonly Buffer[],
  anchors: readonly X509Certificate[],
  now: Date,
): Judged<Signed> {
  const certificates = chain.map(certificateIn);
  const given = certificates.filter((one) => one !== undefined);
  const [leaf, ...others] = given;
  if (leaf === undefined || given.length !== chain.length)
    return refused('FB-SIGNATURE-FORM', 'A certificate of the bundle cannot be read.');
  const way = wayFrom(leaf, others, anchors);
  if (way === undefined)
    return refused('FB-SIGNATURE-CHAIN', 'No way leads from the signing certificate to one that is trusted.');
  const fingerprints = new Set(given.map(({ fingerprint256 }) => fingerprint256));
  if (fingerprints.size !== given.length || others.some((other) => !way.some((step) => step.raw.equals(other.raw))))
    return refused(
      'FB-SIGNATURE-CHAIN',
      'The bundle holds a certificate that is no part of the way, or holds one twice.',
    );
  if (!mayIssue(way)) return refused('FB-SIGNATURE-CHAIN', 'A certificate on the way may not issue the one before it.');
  if (!maySign(leaf)) return refused('FB-SIGNATURE-CHAIN', 'The signing certificate is not meant for signing.');
  const at = leaf.validFromDate;
  if (way.some(({ validFromDate, validToDate }) => at < validFromDate || at > validToDate))
    return refused('FB-SIGNATURE-CHAIN', 'A certificate on the way was not valid when the signing certificate began.');
  const curve = curveOf(leaf.publicKey);
  if (curve === undefined)
    return refused('FB-SIGNATURE-CHAIN', 'The signing certificate has no key on P-256, P-384 or P-521.');
  const state = signatureIs(envelope, leaf.publicKey, curve, 'sha256');
  if (state === 'invalid')
    return refused('FB-SIGNATURE-INVALID', 'The signing certificate did not sign this statement.');
  const ended = way.some(({ validToDate }) => validToDate < now);
  return accepted({
    signer: {
      by: 'certificate',
      subject: leaf.subject,
      issuer: leaf.issuer,
      fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
      from: at.toISOString(),
      until: leaf.validToDate.toISOString(),
    },
    notes: [
      ...(state === 'before1' ? [signedBefore1] : []),
      ...(ended ? ['A certificate on the way has ended; nothing shows that it was signed before.'] : []),
    ],
  });
}

function certificateIn(der: Buffer): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(der);
    // Bytes behind the certificate would not be part of what its issuer signed.
    return certificate.raw.equals(der) ? certificate : undefined;
  } catch {
    return undefined;
  }
}

/** The certificates from the first to a trusted, self-signed one; undefined when there is no way. */
function wayFrom(
  leaf: X509Certificate,
  others: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): readonly X509Certificate[] | undefined {
  const pool = [...others, ...anchors];
  const isEnd = (one: X509Certificate) => isIssuedBy(one, one) && anchors.some(({ raw }) => raw.equals(one.raw));
  const search = (way: readonly X509Certificate[]): readonly X509Certificate[] | undefined => {
    const last = way.at(-1) as X509Certificate;
    if (isEnd(last)) return way;
    if (way.length >= longestWay) return undefined;
    for (const next of pool) {
      if (way.some(({ raw }) => raw.equals(next.raw)) || !isIssuedBy(last, next)) continue;
      const found = search([...way, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search([leaf]);
}

function isIssuedBy(one: X509Certificate, issuer: X509Certificate): boolean {
  return (
    one.checkIssued(issuer) && !/md5|sha1(?!\d)/i.test(one.signatureAlgorithm ?? 'md5') && one.verify(issuer.publicKey)
  );
}

/** RFC 5280, 4.2.1.3 and 4.2.1.9: authority, right to sign certificates, and how many may follow. */
function mayIssue(way: readonly X509Certificate[]): boolean {
  return way.slice(1).every((issuer, place) => {
    const { extKeyUsage, extBasicConstraints } = extensionsOf(issuer);
    const most = extBasicConstraints?.pathLenConstraint;
    return issuer.ca && (extKeyUsage?.keyCertSign ?? true) && (most === undefined || most >= BigInt(place));
  });
}

/** As in the reference tool: digital signature, or else code signing. */
function maySign(leaf: X509Certificate): boolean {
  return extensionsOf(leaf).extKeyUsage?.digitalSignature === true || (leaf.keyUsage ?? []).includes(codeSigning);
}

const extensionsOf = (certificate: X509Certificate) => Extensions.parse(Buffer.from(certificate.raw));
