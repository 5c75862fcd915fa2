/**
 * Reads an RFC 3161 answer and says whether the time stamp in it holds for some bytes: status, digest of the bytes, the
 * signature (CMS, RFC 5652) with its signed attributes, the certificate that made it and for what it may be used, and who
 * issued that. An answer is foreign: whatever it holds, the outcome is data.
 *
 * Nothing in here is of Node, so the verifier page checks time stamps with this same code.
 */
import { sameBytes } from '../../kernel/bytes.ts';
import { shown } from '../evidence-checks.ts';
import type { Timestamping } from '../second-parties.ts';
import { type Certificate, hasIssued, hasUnknown, purposesOf, readCertificate } from './certificate.ts';
import { context, type Der, DerProblem, der, readDer, tags } from './der.ts';
import { checkSignature, digestOf, digests } from './public-key.ts';

const oid = {
  signedData: '1.2.840.113549.1.7.2',
  timestampInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timeStamping: '1.3.6.1.5.5.7.3.8',
} as const;

const mostCertificates = 10;
const mostIssuers = 5;

/** Why a time stamp does not hold. */
class Refused extends Error {}

export interface TimestampTrust {
  /** Certificates of authorities, or of those that issued them. Empty: the answer's own is believed, and that is said. */
  readonly certificates: readonly Certificate[];
  /** What the request said, when it was just made. */
  readonly nonce?: Uint8Array;
  /** OID of the only policy that is taken. */
  readonly policy?: string;
}

/** Whether the time stamp in an answer holds for these bytes, by certificates that one trusts. */
export async function checkTimestamp(
  answer: Uint8Array,
  data: Uint8Array,
  trust: TimestampTrust,
): Promise<Timestamping> {
  const keySource = trust.certificates.length > 0 ? 'given' : 'embedded';
  try {
    const { at, authority } = await read(answer, data, trust);
    const own = keySource === 'embedded' ? '; the certificate comes with the time stamp: compare it' : '';
    const detail = `${authority} saw it at ${at}${own}`;
    return { authority, keySource, state: 'holds', at, detail };
  } catch (error) {
    if (!(error instanceof Refused) && !(error instanceof DerProblem)) throw error;
    const reason = error instanceof Refused ? error.message : `it cannot be read as a time stamp (${error.message})`;
    return { authority: '', keySource, state: 'fails', at: null, detail: `the time stamp is refused: ${reason}` };
  }
}

async function read(answer: Uint8Array, data: Uint8Array, trust: TimestampTrust) {
  const response = readDer(answer);
  const status = response.at(0).at(0).small();
  // 0 granted, 1 granted with changes; RFC 3161, section 2.4.2
  if (status > 1) throw new Refused(`the authority refused (status ${status})`);
  const token = response.parts[1];
  if (token === undefined) throw new Refused('there is no token in the answer');
  if (token.at(0).oid() !== oid.signedData) throw new Refused('the token is not signed data');
  const signedData = token.at(1, context(0)).at(0, tags.sequence);
  const content = signedData.at(2);
  if (content.at(0).oid() !== oid.timestampInfo) throw new Refused('what is signed is no time stamp');
  const info = content.at(1, context(0)).at(0, tags.octets).content;
  const genTime = await checkInfo(readDer(info), data, trust);
  const signers = signedData.at(signedData.parts.length - 1, tags.set);
  if (signers.parts.length !== 1) throw new Refused('it has not exactly one signer');
  const certificates = certificatesIn(signedData);
  const signer = await checkSigner(signers.at(0), info, [...certificates, ...trust.certificates]);
  checkPurpose(signer, genTime);
  await checkIssuers(signer, certificates, trust.certificates, genTime);
  return { at: genTime.toISOString(), authority: shown(signer.name) };
}

/** TSTInfo, RFC 3161, section 2.4.2: whether it speaks of these bytes. @returns the time */
async function checkInfo(info: Der, data: Uint8Array, { nonce, policy }: TimestampTrust): Promise<Date> {
  const imprint = info.at(2, tags.sequence);
  if (policy !== undefined && info.at(1).oid() !== policy) throw new Refused('it was made under another policy');
  const digest = digests[imprint.at(0).at(0).oid()];
  if (digest === undefined) throw new Refused('its digest is none that is good enough');
  if (!sameBytes(await digestOf(digest, data), imprint.at(1, tags.octets).content)) {
    throw new Refused('it is about something else');
  }
  if (nonce !== undefined) {
    const stated = info.parts.slice(5).find(({ tag }) => tag === tags.integer);
    if (stated === undefined || !sameBytes(nonce, stated.content)) {
      throw new Refused('it does not answer this request (its nonce is another one)');
    }
  }
  return info.at(4, tags.generalizedTime).time();
}

/** SignerInfo, RFC 5652, section 5.3. @returns the certificate whose key has signed */
async function checkSigner(signer: Der, info: Uint8Array, certificates: readonly Certificate[]): Promise<Certificate> {
  const attributes = signer.parts[3];
  if (attributes?.tag !== context(0)) throw new Refused('its attributes are not signed');
  const digest = digests[signer.at(2).at(0).oid()];
  if (digest === undefined) throw new Refused('its digest is none that is good enough');
  const certificate = certificates.find((each) => isNamed(each, signer.at(1)));
  if (certificate === undefined) throw new Refused('the certificate of its signer is not here');
  // RFC 5652, section 5.4: signed is the SET OF, not the field that carries it
  const message = der(tags.set, attributes.content);
  const signature = signer.at(5, tags.octets).content;
  const state = await checkSignature(certificate.publicKey, { algorithm: signer.at(4), digest, message, signature });
  if (state === 'unknown') throw new Refused('its signature algorithm is not known, or does not fit the key');
  if (state === 'wrong') throw new Refused('its signature is wrong');
  if (attribute(attributes, oid.contentType).oid() !== oid.timestampInfo) {
    throw new Refused('it was signed as another thing');
  }
  if (!sameBytes(await digestOf(digest, info), attribute(attributes, oid.messageDigest).content)) {
    throw new Refused('its content is not what was signed');
  }
  if (!(await namesCertificate(attributes, certificate))) throw new Refused('it was signed for another certificate');
  return certificate;
}

/** Whether a signer's identifier, an issuer with a serial number, is that of this certificate. */
function isNamed(certificate: Certificate, { parts: [issuer, serial] }: Der): boolean {
  if (issuer === undefined || serial?.tag !== tags.integer) return false;
  return sameBytes(serial.content, certificate.serial) && sameBytes(issuer.whole, certificate.issuer);
}

/** RFC 5816: the signed attributes hold a digest of the signer's certificate, so that nobody puts another one there. */
async function namesCertificate(attributes: Der, certificate: Certificate): Promise<boolean> {
  const v2 = maybeAttribute(attributes, oid.signingCertificateV2);
  const first = (v2 ?? attribute(attributes, oid.signingCertificate)).at(0).at(0);
  const [stated, algorithm] =
    v2 === undefined
      ? ([first.at(0), 'SHA-1'] as const)
      : first.at(0).tag === tags.octets
        ? ([first.at(0), 'SHA-256'] as const)
        : ([first.at(1), digests[first.at(0).at(0).oid()]] as const);
  if (algorithm === undefined || stated.tag !== tags.octets) return false;
  return sameBytes(await digestOf(algorithm, certificate.raw), stated.content);
}

/** RFC 3161, section 2.3: the certificate is for time stamps and nothing else, says so in a critical extension, and was valid. */
function checkPurpose(certificate: Certificate, time: Date): void {
  const purposes = purposesOf(certificate);
  if (purposes?.critical !== true || purposes.names.join() !== oid.timeStamping || hasUnknown(certificate)) {
    throw new Refused('the certificate of its signer is not one for time stamps alone');
  }
  checkValid(certificate, time);
}

function checkValid({ from, to }: Certificate, time: Date): void {
  if (time < from || time > to) throw new Refused(`a certificate was not valid at ${time.toISOString()}`);
}

/** From the signer's certificate to one that is trusted, each issued by the next. */
async function checkIssuers(
  signer: Certificate,
  embedded: readonly Certificate[],
  trusted: readonly Certificate[],
  time: Date,
): Promise<void> {
  if (trusted.length === 0) return;
  let current = signer;
  for (let steps = 0; steps <= mostIssuers; steps += 1) {
    if (trusted.some(({ raw }) => sameBytes(raw, current.raw))) return;
    const issuer = await issuerOf(current, [...trusted, ...embedded], steps);
    if (issuer === undefined) break;
    checkValid(issuer, time);
    current = issuer;
  }
  throw new Refused('nobody who is trusted has issued the certificate of its signer');
}

async function issuerOf(certificate: Certificate, candidates: readonly Certificate[], steps: number) {
  for (const candidate of candidates) if (await hasIssued(candidate, certificate, steps)) return candidate;
  return undefined;
}

function certificatesIn(signedData: Der): Certificate[] {
  const set = signedData.tagged(context(0));
  if ((set?.parts.length ?? 0) > mostCertificates) throw new Refused('it carries too many certificates');
  return (set?.parts ?? []).map((each) => readCertificate(each.whole));
}

/** The one value of a signed attribute. */
function attribute(attributes: Der, type: string): Der {
  const found = maybeAttribute(attributes, type);
  if (found === undefined) throw new Refused('a signed attribute is missing');
  return found;
}

function maybeAttribute(attributes: Der, type: string): Der | undefined {
  const found = attributes.parts.filter((each) => each.at(0).oid() === type);
  if (found.length > 1) throw new Refused('a signed attribute is there twice');
  const values = found[0]?.parts[1]?.parts;
  return values?.length === 1 ? values[0] : undefined;
}
