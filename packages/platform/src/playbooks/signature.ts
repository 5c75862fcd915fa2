/**
 * Signatures of playbooks: JSON Signature Scheme (X.590) as CACAO 2.0 uses it (section 10.15). A signature is made over the RFC 8785 text
 * of the whole playbook in which `signatures` holds this one signature without its `value`; that text is hashed, and the hash is signed.
 *
 * What a valid signature shows is that the playbook is the one that the key signed. A key that came with the playbook says nothing
 * about whose it is, so its fingerprint is told and a person compares it.
 */
import { constants, createHash, createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import type { PlaybookSignature } from '@firebreak/contract';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { JssSignature, Playbook } from './cacao.ts';

/** Signatures that are looked at; a playbook has few. */
const most = 10;
const hashes: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-384', 'sha384'],
  ['sha-512', 'sha512'],
]);

/** @param document the playbook as it was written */
export function checkSignatures(playbook: Playbook, document: unknown): PlaybookSignature[] {
  return (playbook.signatures ?? []).slice(0, most).map((signature, at) => {
    const written = (document as { signatures?: readonly Record<string, unknown>[] }).signatures?.[at];
    const answer = checkOne(playbook, document as Record<string, unknown>, signature, written ?? {});
    return { signee: signature.signee.slice(0, 200), ...answer };
  });
}

function checkOne(
  playbook: Playbook,
  document: Readonly<Record<string, unknown>>,
  signature: JssSignature,
  written: Readonly<Record<string, unknown>>,
): Omit<PlaybookSignature, 'signee'> {
  const unverified = (detail: string) => ({ verdict: 'unverified' as const, detail });
  if (signature.revoked === true) return { verdict: 'invalid', detail: 'Its signee revoked it.' };
  if (signature.related_to !== playbook.id || signature.related_version !== playbook.modified)
    return { verdict: 'invalid', detail: 'It is of another playbook or another version.' };
  if (written.signature !== undefined) return unverified('It is countersigned, which we do not check.');
  const hash = hashes.get(signature.hash_algorithm.toLowerCase());
  if (hash === undefined) return unverified(`We do not know the hash ${signature.hash_algorithm.slice(0, 40)}.`);
  const key = keyOf(signature);
  if (key === undefined) return unverified('Its key is not in the playbook, or cannot be read.');
  const { value: _, ...unsigned } = written;
  const digest = createHash(hash)
    .update(canonicalJson({ ...document, signatures: [unsigned] }))
    .digest();
  const value = Buffer.from(signature.value, 'base64url');
  const fits = isSignedBy(signature.algorithm, key, digest, value);
  if (fits === undefined) return unverified(`We do not check signatures by ${signature.algorithm.slice(0, 40)}.`);
  if (!fits) return { verdict: 'invalid', detail: 'The playbook is not what the key signed.' };
  const print = sha256Hex(key.export({ type: 'spki', format: 'der' }));
  return {
    verdict: 'valid',
    detail: `Signed by the key ${print} (SHA-256), which came with the playbook: compare it with what its publisher says.`,
  };
}

function keyOf({ public_key: key, public_cert_chain: chain }: JssSignature): KeyObject | undefined {
  try {
    if (key !== undefined) return createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    const [certificate] = chain ?? [];
    return certificate === undefined ? undefined : new X509Certificate(Buffer.from(certificate, 'base64')).publicKey;
  } catch {
    return undefined;
  }
}

/** Whether the key signed this digest; undefined where the algorithm or its fit to the key is beyond us. */
function isSignedBy(algorithm: string, key: KeyObject, digest: Uint8Array, value: Uint8Array): boolean | undefined {
  const kind = key.asymmetricKeyType;
  const bits = algorithm.slice(-3);
  if ((algorithm === 'Ed25519' && kind === 'ed25519') || (algorithm === 'Ed448' && kind === 'ed448'))
    return verify(null, digest, key, value);
  if (!['256', '384', '512'].includes(bits)) return undefined;
  const hash = `sha${bits}`;
  if (algorithm === `RS${bits}` && kind === 'rsa') return verify(hash, digest, key, value);
  if (algorithm === `PS${bits}` && kind === 'rsa')
    return verify(
      hash,
      digest,
      { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
      value,
    );
  if (algorithm === `ES${bits}` && kind === 'ec')
    return verify(hash, digest, { key, dsaEncoding: 'ieee-p1363' }, value);
  return undefined;
}
