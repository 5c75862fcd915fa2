/** Certificates written byte by byte (X.690 DER, RFC 5280), for what openssl's command line does not write: the receipts of a log in them. */
import { createHash, type KeyObject, sign } from 'node:crypto';

export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents);
export const octets = (...contents: readonly Uint8Array[]) => der(0x04, ...contents);

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const groups: number[] = [part & 127];
    for (let left = part >> 7; left > 0; left >>= 7) groups.unshift((left & 127) | 128);
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** @param value what the extension holds, as DER */
export function extension(id: string, value: Uint8Array, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [der(0x01, Buffer.of(0xff))] : []), octets(value));
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const commonName = (name: string) =>
  name === '' ? sequence() : sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name)))));
/** Of two digits for the year, as they must be before 2050. */
const time = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`));

export const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

export interface CertificateWish {
  readonly subject: string;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly from: Date;
  readonly until: Date;
  readonly extensions: readonly Uint8Array[];
}

/** What is signed in a certificate, and what a log of certificates signs where its receipt is left out. */
export function toBeSigned({ subject, issuer, publicKey, from, until, extensions }: CertificateWish): Buffer {
  const serial = createHash('sha256').update(spki(publicKey)).digest().subarray(0, 8);
  serial[0] = 1;
  return sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    ecdsaWithSha256,
    commonName(issuer),
    sequence(time(from), time(until)),
    commonName(subject),
    spki(publicKey),
    der(0xa3, sequence(...extensions)),
  );
}

export function certificate(wish: CertificateWish, issuerKey: KeyObject): Buffer {
  const signed = toBeSigned(wish);
  return sequence(signed, ecdsaWithSha256, der(0x03, Buffer.of(0), sign('sha256', signed, issuerKey)));
}

export const pemOfCertificate = (bytes: Uint8Array) =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(bytes)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;
export { sequence };
