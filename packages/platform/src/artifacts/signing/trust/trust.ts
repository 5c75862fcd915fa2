/** What the caller trusts, read from files: a public key, certificates, or the trusted root of a Sigstore. */
import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { FirebreakError } from '@firebreak/contract';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { field } from '../../../intake/foreign.ts';
import { curveOf } from './elliptic.ts';

export interface SigstoreTrust {
  /** Compared letter by letter. */
  readonly identity: string;
  readonly issuer: string;
  readonly root: TrustedRoot;
}

export type Trust =
  | { readonly by: 'key'; readonly key: KeyObject }
  | { readonly by: 'certificate'; readonly anchors: readonly X509Certificate[] }
  | ({ readonly by: 'sigstore' } & SigstoreTrust);

const mostAnchors = 1000;
const clientTrustConfig = 'application/vnd.dev.sigstore.clienttrustconfig.v0.1+json';

/** @param pem a public key. @throws FirebreakError FB-SIGNATURE-TRUST */
export function trustInKey(pem: string): Trust {
  let key: KeyObject;
  // A private key would be read as well, and would then lie where verifiers run.
  if (pem.includes('PRIVATE KEY')) throw untrusted('The key to verify with is a private one; give the public key.');
  try {
    key = createPublicKey(pem);
  } catch {
    throw untrusted('The key is no public key in PEM.');
  }
  if (curveOf(key) === undefined) throw untrusted('The key is not on P-256, P-384 or P-521.');
  return { by: 'key', key };
}

/** @param pem one or more certificates. @throws FirebreakError FB-SIGNATURE-TRUST */
export function trustInCertificates(pem: string): Trust {
  const anchors = certificatesIn(pem);
  if (anchors === undefined || anchors.length === 0 || anchors.length > mostAnchors)
    throw untrusted('The trusted certificates are no certificates in PEM.');
  return { by: 'certificate', anchors };
}

/** The certificates in a text; undefined when one cannot be read. */
export function certificatesIn(pem: string): readonly X509Certificate[] | undefined {
  try {
    const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/**
 * @param json a `trusted_root.json` of Sigstore, or a client trust configuration that holds one
 * @throws FirebreakError FB-SIGNATURE-TRUST
 */
export function trustInSigstore(json: string, identity: string, issuer: string): Trust {
  try {
    const value: unknown = JSON.parse(json);
    const root = TrustedRoot.fromJSON(
      field(value, 'mediaType') === clientTrustConfig ? field(value, 'trustedRoot') : value,
    );
    if (root.certificateAuthorities.length > 0 && root.tlogs.length > 0)
      return { by: 'sigstore', identity, issuer, root };
  } catch {
    // As if it held nothing.
  }
  throw untrusted('The trusted root names no certificate authority, or no log.');
}

const untrusted = (why: string) => new FirebreakError('FB-SIGNATURE-TRUST', why);
