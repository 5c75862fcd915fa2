/**
 * Statements that somebody signed: in-toto in a DSSE envelope (github.com/secure-systems-lab/dsse), by itself or in a Sigstore
 * bundle. Written with a key on P-256 or a ledger's key; read from anybody. What must stay true: what is in an envelope is not looked
 * at before one of the keys that we believe has signed it, and the statement that is read is the bytes that were signed.
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { attestedSubjectSchema, FirebreakError, inTotoMediaType, inTotoStatementType } from '@firebreak/contract';
import { z } from 'zod';
import { base64, readBundle } from '../../artifacts/signing/bundle/bundle.ts';
import { preAuthEncoding } from '../../artifacts/signing/bundle/pae.ts';
import { judgeByCertificate } from '../../artifacts/signing/trust/certificate.ts';
import { judgeKeyless, type KeylessMarks } from '../../artifacts/signing/trust/cosign.ts';
import { curveOf, keyHint } from '../../artifacts/signing/trust/elliptic.ts';
import { judgeByKey } from '../../artifacts/signing/trust/key.ts';
import { judgeBySigstore } from '../../artifacts/signing/trust/sigstore.ts';
import { field } from '../../intake/foreign.ts';
import { canonicalJson } from '../../kernel/canonical-json.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import type { NoteSigner } from '../../ledger/note.ts';
import type { GateTrust, TrustedSigner } from '../trust.ts';

const mostBytes = 16 * 1024 * 1024;
const envelopeSchema = z.object({
  payload: base64,
  payloadType: z.string().max(200),
  signatures: z
    .array(z.object({ sig: base64, keyid: z.string().max(500).nullish() }))
    .min(1)
    .max(20),
});

/** A DSSE envelope. */
export type SignedEnvelope = z.infer<typeof envelopeSchema>;

const statementSchema = z.object({
  _type: z.enum([inTotoStatementType, 'https://in-toto.io/Statement/v0.1']),
  subject: z.array(attestedSubjectSchema).min(1).max(10_000),
  predicateType: z.string().min(1).max(2000),
  predicate: z.unknown(),
});
export type Statement = z.infer<typeof statementSchema>;

/** What can sign an envelope. */
export interface StatementKey {
  readonly id: string;
  /** Of the bytes of the pre-authentication encoding. */
  sign(bytes: Uint8Array): Uint8Array;
}

/** @param pem private key on P-256, P-384 or P-521. @throws FirebreakError FB-SIGNING-KEY, which quotes nothing of it */
export function statementKeyFromPem(pem: string, passphrase?: string): StatementKey {
  try {
    const privateKey = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    const publicKey = createPublicKey(privateKey);
    const curve = curveOf(publicKey);
    if (curve === undefined) throw new Error('curve');
    return {
      id: keyHint(publicKey),
      sign: (bytes) => sign(curve.hash, bytes, { key: privateKey, dsaEncoding: 'der' }),
    };
  } catch {
    throw new FirebreakError('FB-SIGNING-KEY', 'It is no private key in PEM on P-256, P-384 or P-521.');
  }
}

const keyIdBytes = 4;

/** The ledger's own key: no checkpoint begins with `DSSEv1`, so that neither signature can be taken for the other. */
export function statementKeyOfLedger(signer: NoteSigner): StatementKey {
  return {
    id: signer.verifierKey,
    sign: (bytes) => signer.sign(Buffer.from(bytes).toString('utf8')).subarray(keyIdBytes),
  };
}

/** A statement in an envelope; its payload is canonical JSON (RFC 8785). */
export function signStatement(statement: object, key: StatementKey): SignedEnvelope {
  const payload = Buffer.from(canonicalJson(statement));
  const sig = Buffer.from(key.sign(preAuthEncoding(inTotoMediaType, payload))).toString('base64');
  return { payload: payload.toString('base64'), payloadType: inTotoMediaType, signatures: [{ sig, keyid: key.id }] };
}

/** A statement that one of the believed signers signed, or why it is none. */
export type JudgedStatement =
  | {
      readonly ok: true;
      readonly statement: Statement;
      readonly signer: TrustedSigner;
      /** SHA-256 (hex) of the signed bytes. */
      readonly digest: string;
    }
  | {
      readonly ok: false;
      readonly why: string;
      /** What it says of itself, not to be believed; for telling which one it is. */
      readonly claims?: Pick<Statement, 'subject' | 'predicateType'>;
    };

/**
 * Judges an envelope or a Sigstore bundle, as it came.
 *
 * @param keyless what hangs beside an envelope that cosign 1 or 2 signed without a key
 */
export function judgeStatement(value: unknown, trust: GateTrust, now: Date, keyless?: KeylessMarks): JudgedStatement {
  const bundled = field(value, 'verificationMaterial') !== undefined;
  const read = envelopeSchema.safeParse(bundled ? field(value, 'dsseEnvelope') : value);
  if (!read.success) return { ok: false, why: 'It is no DSSE envelope.' };
  const envelope = read.data;
  const payload = Buffer.from(envelope.payload, 'base64');
  const statement = statementIn(envelope.payloadType, payload);
  if (statement === undefined) return { ok: false, why: 'It holds no in-toto statement.' };
  const { subject, predicateType } = statement;
  const signer = trust.signers.find((known) =>
    bundled ? signedBundle(value, known, now) : signedEnvelope(envelope, payload, known, keyless),
  );
  return signer === undefined
    ? { ok: false, why: 'No signer that the trust file names has signed it.', claims: { subject, predicateType } }
    : { ok: true, statement, signer, digest: sha256Hex(payload) };
}

function statementIn(payloadType: string, payload: Buffer): Statement | undefined {
  if (payloadType !== inTotoMediaType || payload.length > mostBytes) return undefined;
  try {
    return statementSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload))).data;
  } catch {
    return undefined;
  }
}

/** Any of the signatures will do: others may be of keys that we do not know. */
function signedEnvelope(
  envelope: SignedEnvelope,
  payload: Buffer,
  { key }: TrustedSigner,
  keyless: KeylessMarks | undefined,
): boolean {
  if (key.by === 'sigstore' && key.trust.by === 'sigstore')
    return keyless !== undefined && judgeKeyless(envelope, keyless, key.trust).ok;
  const { payloadType, signatures } = envelope;
  const bytes = preAuthEncoding(payloadType, payload);
  return signatures.some(({ sig }) => {
    const signature = Buffer.from(sig, 'base64');
    if (key.by === 'ledger') return key.verifier.verify(bytes.toString('utf8'), signature);
    if (key.trust.by !== 'key') return false;
    const curve = curveOf(key.trust.key);
    return curve !== undefined && verify(curve.hash, bytes, { key: key.trust.key, dsaEncoding: 'der' }, signature);
  });
}

function signedBundle(value: unknown, { key }: TrustedSigner, now: Date): boolean {
  if (key.by === 'ledger') return false;
  const { trust } = key;
  const bundle = readBundle(Buffer.from(JSON.stringify(value)));
  if (!bundle.ok) return false;
  const { envelope, material } = bundle.value;
  if (material.by === 'key' && trust.by === 'key') return judgeByKey(envelope, material, trust.key).ok;
  if (material.by === 'certificate' && trust.by === 'certificate')
    return judgeByCertificate(envelope, material.chain, trust.anchors, now).ok;
  return material.by === 'sigstore' && trust.by === 'sigstore' && judgeBySigstore(material, trust).ok;
}
