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
type LogEntry = NonNullable<SigstoreMaterial['bundle']['verificationMaterial']['tlogEntries']>[number];

/** A bundle in any of its forms: what is read of it here, beside what the library reads. */
interface RecordedBundle {
  readonly verificationMaterial: {
    readonly certificate?: { readonly rawBytes: string } | undefined;
    readonly x509CertificateChain?: { readonly certificates: readonly { readonly rawBytes: string }[] } | undefined;
    readonly tlogEntries?: readonly { readonly canonicalizedBody: string }[] | null | undefined;
  };
}

export function judgeBySigstore({ bundle }: SigstoreMaterial, trust: SigstoreTrust): Judged<Signed> {
  const entries = bundle.verificationMaterial.tlogEntries ?? [];
  if (!entries.every(agreesWithItself))
    return refused('FB-SIGNATURE-CHAIN', 'The log recorded something else than the bundle says.');
  return judgeRecorded(bundle, trust);
}

/** @param signed the bytes that were signed, where the bundle holds a signature over plain bytes; an envelope holds its own */
export function judgeRecorded(
  bundle: RecordedBundle,
  { identity, issuer, root }: SigstoreTrust,
  signed?: Buffer,
): Judged<Signed> {
  let signer: ReturnType<Verifier['verify']>;
  try {
    const entity = toSignedEntity(bundleFromJSON(bundle), signed);
    // Without a time nothing of the certificate would be judged, and the library falls over.
    if (entity.timestamps.length === 0) return refused('FB-SIGNATURE-CHAIN', 'Nothing shows when it was signed.');
    const entries = bundle.verificationMaterial.tlogEntries ?? [];
    if (!entries.every(({ canonicalizedBody }) => recordsSigner(canonicalizedBody, bundle)))
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

/** Whether an entry of the log (Rekor 1 and 2) names the certificate of the bundle, byte by byte. */
function recordsSigner(body: string, { verificationMaterial }: RecordedBundle): boolean {
  const { certificate, x509CertificateChain } = verificationMaterial;
  const der = (certificate ?? x509CertificateChain?.certificates[0])?.rawBytes;
  const entry: unknown = JSON.parse(Buffer.from(body, 'base64').toString('utf8'));
  return certificateRecorded(entry) === der;
}

/** Base64 of its DER; where it stands in each kind of entry is Rekor's (sigstore/rekor, pkg/types). */
function certificateRecorded(entry: unknown): string | undefined {
  const first = (...path: readonly string[]) => array(at(entry, 'spec', ...path))[0];
  const second = first('dsseV002', 'signatures') ?? at(entry, 'spec', 'hashedRekordV002', 'signature');
  if (second !== undefined) return textAt(second, 'verifier', 'x509Certificate', 'rawBytes');
  const kind = textAt(entry, 'kind');
  const pem =
    kind === 'hashedrekord'
      ? textAt(entry, 'spec', 'signature', 'publicKey', 'content')
      : kind === 'intoto'
        ? textAt(first('content', 'envelope', 'signatures'), 'publicKey')
        : textAt(first('signatures'), 'verifier');
  return Buffer.from(pem ?? '', 'base64')
    .toString('latin1')
    .replace(/-----[A-Z ]+-----|\s/g, '');
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
