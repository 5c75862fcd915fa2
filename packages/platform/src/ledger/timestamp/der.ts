/** The few ASN.1 DER encodings that a request for a time stamp needs. */

/** A tag, the length of the content, and the content. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.of(tag, body.length), body]);
  const digits = Buffer.from(body.length.toString(16).padStart(body.length < 256 ? 2 : 4, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | digits.length), digits, body]);
}

export const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
export const octets = (bytes: Uint8Array) => der(0x04, bytes);
export const yes = Buffer.of(0x01, 0x01, 0xff);

/** A positive INTEGER from its bytes, the first of which has its highest bit clear and is not 0. */
export const integer = (bytes: Uint8Array) => der(0x02, bytes);

/** 2.16.840.1.101.3.4.2.1 */
export const sha256Algorithm = sequence(Buffer.from('0609608648016503040201', 'hex'), Buffer.of(0x05, 0x00));
