/**
 * Reads an RFC 3161 answer and says whether the time stamp in it holds for some bytes: status, digest of the bytes, the
 * signature (CMS, RFC 5652) with its signed attributes, the certificate that made it and for what it may be used, and who
 * issued that. An answer is foreign: whatever it holds, the outcome is data.
 *
 * ASN.1 is parsed by @sigstore/core, whose own reader of time stamps knows no RSA and does not look at the certificate's
 * purpose. Certificates are Node's.
 */
import { hash, verify, X509Certificate } from 'node:crypto';
import { ASN1Obj } from '@sigstore/core';
import { shown } from '../evidence-checks.ts';
import type { Timestamping } from '../second-parties.ts';
import { der } from './der.ts';

const oid = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

/** Digests that are still good enough, and the signature algorithms that name one themselves. */
const digests: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const signatures: Readonly<Record<string, { readonly key: string; readonly digest?: string }>> = {
  '1.2.840.113549.1.1.1': { key: 'rsa' },
  '1.2.840.113549.1.1.11': { key: 'rsa', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { key: 'rsa', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { key: 'rsa', digest: 'sha512' },
  '1.2.840.10045.4.3.2': { key: 'ec', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { key: 'ec', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { key: 'ec', digest: 'sha512' },
};

const mostCertificates = 10;
const mostIssuers = 5;

/** Why a time stamp does not hold. */
class Refused extends Error {}

export interface TimestampTrust {
  /** Certificates of authorities, or of those that issued them. Empty: the answer's own is believed, and that is said. */
  readonly certificates: readonly X509Certificate[];
  /** What the request said, when it was just made. */
  readonly nonce?: Uint8Array;
  /** OID of the only policy that is taken. */
  readonly policy?: string;
}

/** Whether the time stamp in an answer holds for these bytes, by certificates that one trusts. */
export function checkTimestamp(answer: Uint8Array, data: Uint8Array, trust: TimestampTrust): Timestamping {
  const keySource = trust.certificates.length > 0 ? 'given' : 'embedded';
  try {
    const { at, authority } = read(Buffer.from(answer), data, trust);
    const own = keySource === 'embedded' ? '; the certificate comes with the time stamp: compare it' : '';
    const detail = `${authority} saw it at ${at}${own}`;
    return { authority, keySource, state: 'holds', at, detail };
  } catch (error) {
    // Whatever the parser throws on foreign bytes means that they are no time stamp.
    const reason = error instanceof Refused ? error.message : 'it cannot be read as a time stamp';
    return { authority: '', keySource, state: 'fails', at: null, detail: `the time stamp is refused: ${reason}` };
  }
}

function read(answer: Buffer<ArrayBuffer>, data: Uint8Array, trust: TimestampTrust) {
  const response = ASN1Obj.parseBuffer(answer);
  const status = at(at(response, 0), 0).toInteger();
  // 0 granted, 1 granted with changes; RFC 3161, section 2.4.2
  if (status !== 0n && status !== 1n) throw new Refused(`the authority refused (status ${status})`);
  const token = response.subs[1];
  if (token === undefined) throw new Refused('there is no token in the answer');
  if (at(token, 0).toOID() !== oid.signedData) throw new Refused('the token is not signed data');
  const signedData = at(at(token, 1), 0);
  const content = at(signedData, 2);
  if (at(content, 0).toOID() !== oid.timestampInfo) throw new Refused('what is signed is no time stamp');
  const info = at(at(content, 1), 0).value;
  const genTime = checkInfo(ASN1Obj.parseBuffer(Buffer.from(info)), data, trust);
  const signers = at(signedData, signedData.subs.length - 1);
  if (signers.subs.length !== 1) throw new Refused('it has not exactly one signer');
  const certificates = certificatesIn(signedData);
  const signer = checkSignature(at(signers, 0), info, [...certificates, ...trust.certificates]);
  checkPurpose(signer, genTime);
  checkIssuers(signer, certificates, trust.certificates, genTime);
  return { at: genTime.toISOString(), authority: shown(signer.subject.replaceAll('\n', ', ')) };
}

/** TSTInfo, RFC 3161, section 2.4.2: whether it speaks of these bytes. @returns the time */
function checkInfo(info: ASN1Obj, data: Uint8Array, { nonce, policy }: TimestampTrust): Date {
  const [, statedPolicy, imprint, , time, ...rest] = info.subs;
  if (statedPolicy === undefined || imprint === undefined || time === undefined) throw new Refused('it is cut short');
  if (policy !== undefined && statedPolicy.toOID() !== policy) throw new Refused('it was made under another policy');
  const digest = digests[at(at(imprint, 0), 0).toOID()];
  if (digest === undefined) throw new Refused('its digest is none that is good enough');
  if (!hash(digest, data, 'buffer').equals(at(imprint, 1).value)) throw new Refused('it is about something else');
  if (nonce !== undefined) {
    const stated = rest.find(({ tag }) => tag.isInteger());
    if (stated === undefined || !Buffer.from(nonce).equals(stated.value)) {
      throw new Refused('it does not answer this request (its nonce is another one)');
    }
  }
  return time.toDate();
}

/** SignerInfo, RFC 5652, section 5.3. @returns the certificate whose key has signed */
function checkSignature(signer: ASN1Obj, info: Uint8Array, certificates: readonly X509Certificate[]): X509Certificate {
  const attributes = at(signer, 3);
  if (!attributes.tag.isContextSpecific(0)) throw new Refused('its attributes are not signed');
  const digest = digests[at(at(signer, 2), 0).toOID()];
  if (digest === undefined) throw new Refused('its digest is none that is good enough');
  const algorithm = signatures[at(at(signer, 4), 0).toOID()];
  if (algorithm === undefined) throw new Refused('its signature algorithm is not known');
  const certificate = certificates.find((each) => isNamed(each, at(signer, 1)));
  if (certificate === undefined) throw new Refused('the certificate of its signer is not here');
  if (certificate.publicKey.asymmetricKeyType !== algorithm.key) throw new Refused('key and signature do not fit');
  // RFC 5652, section 5.4: signed is the SET OF, not the field that carries it
  const signed = der(0x31, attributes.value);
  if (!verify(algorithm.digest ?? digest, signed, certificate.publicKey, at(signer, 5).value)) {
    throw new Refused('its signature is wrong');
  }
  if (attribute(attributes, oid.contentType).toOID() !== oid.timestampInfo)
    throw new Refused('it was signed as another thing');
  if (!hash(digest, info, 'buffer').equals(attribute(attributes, oid.messageDigest).value)) {
    throw new Refused('its content is not what was signed');
  }
  if (!namesCertificate(attributes, certificate)) throw new Refused('it was signed for another certificate');
  return certificate;
}

/** Whether a signer's identifier, an issuer with a serial number, is that of this certificate. */
function isNamed(certificate: X509Certificate, { subs }: ASN1Obj): boolean {
  const [issuer, serial] = subs;
  if (issuer === undefined || serial === undefined) return false;
  const own = toBeSigned(certificate).subs.filter(({ tag }) => !tag.isContextSpecific(0));
  return serial.value.equals(own[0]?.value ?? Buffer.of()) && issuer.toDER().equals(own[2]?.toDER() ?? Buffer.of());
}

/** RFC 5816: the signed attributes hold a digest of the signer's certificate, so that nobody puts another one there. */
function namesCertificate(attributes: ASN1Obj, certificate: X509Certificate): boolean {
  const v2 = maybeAttribute(attributes, oid.signingCertificateV2);
  const first = at(at(v2 ?? attribute(attributes, oid.signingCertificate), 0), 0);
  const [algorithm, stated] =
    v2 === undefined
      ? ['sha1', first.subs[0]]
      : first.subs[0]?.tag.isOctetString() === true
        ? ['sha256', first.subs[0]]
        : [digests[at(at(first, 0), 0).toOID()], first.subs[1]];
  if (algorithm === undefined || stated === undefined) return false;
  return hash(algorithm, certificate.raw, 'buffer').equals(stated.value);
}

/** RFC 3161, section 2.3: the certificate is for time stamps and nothing else, says so in a critical extension, and was valid. */
function checkPurpose(certificate: X509Certificate, time: Date): void {
  const extensions = toBeSigned(certificate).subs.find(({ tag }) => tag.isContextSpecific(3))?.subs[0]?.subs ?? [];
  const usage = extensions.find((extension) => extension.subs[0]?.toOID() === oid.extendedKeyUsage);
  const isCritical = usage?.subs.length === 3 && usage.subs[1]?.tag.isBoolean() === true && usage.subs[1].toBoolean();
  const uses = certificate.keyUsage ?? [];
  if (uses.length !== 1 || uses[0] !== oid.timeStamping || !isCritical) {
    throw new Refused('the certificate of its signer is not one for time stamps alone');
  }
  checkValid(certificate, time);
}

function checkValid(certificate: X509Certificate, time: Date): void {
  if (time < certificate.validFromDate || time > certificate.validToDate) {
    throw new Refused(`a certificate was not valid at ${time.toISOString()}`);
  }
}

/** From the signer's certificate to one that is trusted, each issued by the next. */
function checkIssuers(
  signer: X509Certificate,
  embedded: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  time: Date,
): void {
  if (trusted.length === 0) return;
  let current = signer;
  for (let steps = 0; steps <= mostIssuers; steps += 1) {
    if (trusted.some(({ raw }) => raw.equals(current.raw))) return;
    const issuer = [...trusted, ...embedded].find((each) => hasIssued(each, current));
    if (issuer === undefined) break;
    checkValid(issuer, time);
    current = issuer;
  }
  throw new Refused('nobody who is trusted has issued the certificate of its signer');
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return (
    !issuer.raw.equals(certificate.raw) &&
    issuer.ca &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey)
  );
}

function certificatesIn(signedData: ASN1Obj): X509Certificate[] {
  const set = signedData.subs.find(({ tag }) => tag.isContextSpecific(0));
  if ((set?.subs.length ?? 0) > mostCertificates) throw new Refused('it carries too many certificates');
  return (set?.subs ?? []).map((each) => new X509Certificate(each.toDER()));
}

function toBeSigned(certificate: X509Certificate): ASN1Obj {
  return at(ASN1Obj.parseBuffer(Buffer.from(certificate.raw)), 0);
}

/** The one value of a signed attribute. */
function attribute(attributes: ASN1Obj, type: string): ASN1Obj {
  const found = maybeAttribute(attributes, type);
  if (found === undefined) throw new Refused('a signed attribute is missing');
  return found;
}

function maybeAttribute(attributes: ASN1Obj, type: string): ASN1Obj | undefined {
  const found = attributes.subs.filter((each) => at(each, 0).toOID() === type);
  if (found.length > 1) throw new Refused('a signed attribute is there twice');
  const [values] = found.flatMap((each) => each.subs[1] ?? []);
  return values?.subs.length === 1 ? values.subs[0] : undefined;
}

function at({ subs }: ASN1Obj, index: number): ASN1Obj {
  const found = subs[index];
  if (found === undefined) throw new Refused('it is cut short');
  return found;
}
