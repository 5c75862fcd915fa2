/**
 * Keyless signatures of Sigstore, offline: the certificate of a moment, the transparency log that recorded it, and the trusted root
 * that the caller brings. Three things are done here because the library does not: the identity is compared letter by letter (it
 * takes a pattern), the entry of the log must say what the bundle says (it reads several spellings of one certificate, and does not
 * look at all fields of the proof), and whatever it throws is a no, also where it falls over a bundle.
 */
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier } from '@sigstore/verify';
import { array, at, textAt } from '../../../intake/foreign.ts';
import type { Material } from '../bundle/bundle.ts';
import { accepted, type Judged, refused } from '../bundle/refusal.ts';
import type { Signed } from './signed.ts';
import type { SigstoreTrust } from './trust.ts';

type SigstoreMaterial = Extract<Material, { by: 'sigstore' }>;
type SigstoreBundle = SigstoreMaterial['bundle'];
type LogEntry = NonNullable<SigstoreBundle['verificationMaterial']['tlogEntries']>[number];

export function judgeBySigstore(
  { bundle }: SigstoreMaterial,
  { identity, issuer, root }: SigstoreTrust,
): Judged<Signed> {
  let signer: ReturnType<Verifier['verify']>;
  try {
    const entity = toSignedEntity(bundleFromJSON(bundle));
    // Without a time nothing of the certificate would be judged, and the library falls over.
    if (entity.timestamps.length === 0) return refused('FB-SIGNATURE-CHAIN', 'Nothing shows when it was signed.');
    const entries = bundle.verificationMaterial.tlogEntries ?? [];
    if (!entries.every((entry) => recordsSigner(entry.canonicalizedBody, bundle) && agreesWithItself(entry)))
      return refused('FB-SIGNATURE-CHAIN', 'The log recorded something else than the bundle says.');
    signer = new Verifier(toTrustMaterial(root)).verify(entity);
  } catch (error) {
    if (!(error instanceof VerificationError))
      return refused('FB-SIGNATURE-FORM', 'The bundle cannot be read as one of Sigstore.');
    return error.code === 'SIGNATURE_ERROR'
      ? refused('FB-SIGNATURE-INVALID', 'The certificate did not sign this statement.')
      : refused('FB-SIGNATURE-CHAIN', `Certificate, log or time do not hold against the trusted root (${error.code}).`);
  }
  const is = { identity: signer.identity?.subjectAlternativeName, issuer: signer.identity?.extensions?.issuer };
  if (is.identity !== identity || is.issuer !== issuer)
    return refused('FB-SIGNATURE-IDENTITY', 'The identity or the issuer in the certificate is not the one expected.');
  return accepted({ signer: { by: 'sigstore', identity, issuer }, notes: [] });
}

/** Whether an entry of the log (DSSE entries of Rekor 1 and 2) names the certificate of the bundle, byte by byte. */
function recordsSigner(body: string, { verificationMaterial }: SigstoreBundle): boolean {
  const { certificate, x509CertificateChain } = verificationMaterial;
  const der = (certificate ?? x509CertificateChain?.certificates[0])?.rawBytes;
  const entry: unknown = JSON.parse(Buffer.from(body, 'base64').toString('utf8'));
  const [first] = array(at(entry, 'spec', 'signatures'));
  const [second] = array(at(entry, 'spec', 'dsseV002', 'signatures'));
  const pem = Buffer.from(textAt(first, 'verifier') ?? '', 'base64').toString('latin1');
  const recorded =
    textAt(second, 'verifier', 'x509Certificate', 'rawBytes') ?? pem.replace(/-----[A-Z ]+-----|\s/g, '');
  return recorded === der;
}

/** Size and root of the tree stand in the proof and in the checkpoint; the log signed those in the checkpoint. */
function agreesWithItself({ inclusionProof: { treeSize, rootHash, checkpoint } }: LogEntry): boolean {
  const [note = '', signatures = ''] = checkpoint.envelope.split('\n\n');
  const [, size, root] = note.split('\n');
  const lines = signatures.split('\n');
  const plain = lines.pop() === '' && lines.every((line) => isPlainBase64(/^\u2014 \S+ (\S+)$/.exec(line)?.[1]));
  return size === treeSize && root === rootHash && plain;
}

const isPlainBase64 = (text: string | undefined) =>
  text !== undefined && Buffer.from(text, 'base64').toString('base64') === text;
