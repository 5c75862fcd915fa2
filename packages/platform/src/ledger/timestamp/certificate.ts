/**
 * X.509 certificates (RFC 5280), as much as the chain of a time stamp needs: who, by whom, from when to when, for what, and
 * whether another one has issued it. A certificate is foreign; whatever cannot be read throws a `DerProblem`.
 */
import { sameBytes, strictBase64, utf8Text } from '../../kernel/bytes.ts';
import { context, type Der, DerProblem, readDer, tags } from './der.ts';
import { checkSignature } from './public-key.ts';

export interface Certificate {
  readonly raw: Uint8Array;
  readonly serial: Uint8Array;
  /** Names as DER, which is how they are compared. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** The subject in words: `CN=…, O=…`. */
  readonly name: string;
  readonly from: Date;
  readonly to: Date;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Der;
  readonly extensions: ReadonlyMap<string, Extension>;
  /** What the issuer has signed, how, and the signature. */
  readonly signed: { readonly message: Uint8Array; readonly algorithm: Der; readonly signature: Uint8Array };
}

export interface Extension {
  readonly critical: boolean;
  readonly value: Uint8Array;
}

const oid = {
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  policies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
};
/** Critical extensions that are looked at here, or may be passed over (any policy is as good as another). */
const understood: ReadonlySet<string> = new Set(Object.values(oid));
const nameParts: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
};

/** @throws DerProblem */
export function readCertificate(raw: Uint8Array): Certificate {
  const certificate = readDer(raw);
  const body = certificate.at(0, tags.sequence);
  // before version 2 the field of the version is not there
  const first = body.at(0).tag === context(0) ? 1 : 0;
  const [serial, issuer, validity, subject] = [0, 2, 3, 4].map((at) => body.at(first + at)) as [Der, Der, Der, Der];
  const extensions = new Map<string, Extension>();
  for (const { parts } of body.tagged(context(3))?.at(0).parts ?? []) {
    const [name, value] = [parts[0], parts.at(-1)];
    if (name === undefined || value?.tag !== tags.octets || extensions.has(name.oid())) {
      throw new DerProblem('not an extension');
    }
    extensions.set(name.oid(), { critical: parts.length === 3 && parts[1]?.isTrue() === true, value: value.content });
  }
  return {
    raw: certificate.whole,
    serial: serial.content,
    issuer: issuer.whole,
    subject: subject.whole,
    name: subject.parts.flatMap((names) => names.parts.map(nameOf)).join(', '),
    from: validity.at(0).time(),
    to: validity.at(1).time(),
    publicKey: body.at(first + 5, tags.sequence),
    extensions,
    signed: { message: body.whole, algorithm: certificate.at(1), signature: certificate.at(2).bits() },
  };
}

/** Purposes that it is for, and whether it insists; undefined where it says nothing. */
export function purposesOf({
  extensions,
}: Certificate): { readonly critical: boolean; readonly names: string[] } | undefined {
  const extension = extensions.get(oid.extendedKeyUsage);
  if (extension === undefined) return undefined;
  return { critical: extension.critical, names: readDer(extension.value).parts.map((part) => part.oid()) };
}

/** Whether `issuer` may issue certificates and has issued this one, by `steps` others between it and the last. */
export async function hasIssued(issuer: Certificate, certificate: Certificate, steps: number): Promise<boolean> {
  if (sameBytes(issuer.raw, certificate.raw) || !sameBytes(issuer.subject, certificate.issuer)) return false;
  const constraints = issuer.extensions.get(oid.basicConstraints);
  if (constraints === undefined || hasUnknown(issuer)) return false;
  const [isAuthority, mostSteps] = readDer(constraints.value).parts;
  if (isAuthority?.isTrue() !== true || (mostSteps !== undefined && mostSteps.small() < steps)) return false;
  const usage = issuer.extensions.get(oid.keyUsage);
  // keyCertSign is bit 5, counted from the highest; behind the number of unused bits
  if (usage !== undefined && ((readDer(usage.value).content[1] ?? 0) & 0x04) === 0) return false;
  return (await checkSignature(issuer.publicKey, certificate.signed)) === 'holds';
}

/** Whether it has a critical extension that is not understood here: then it must not be used (RFC 5280, 4.2). */
export function hasUnknown({ extensions }: Certificate): boolean {
  return [...extensions].some(([name, { critical }]) => critical && !understood.has(name));
}

/** The certificates of a PEM text; `undefined` when there is none, or one of them cannot be read. */
export function certificatesOf(pem: string): Certificate[] | undefined {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)];
  try {
    const found = blocks.map(([, text = '']) =>
      readCertificate(strictBase64(text.replaceAll(/\s/g, '')) ?? new Uint8Array()),
    );
    return found.length === 0 ? undefined : found;
  } catch (error) {
    if (error instanceof DerProblem) return undefined;
    throw error;
  }
}

function nameOf(part: Der): string {
  const [name, value] = [part.at(0).oid(), part.at(1).content];
  return `${nameParts[name] ?? name}=${utf8Text(value) ?? '?'}`;
}
