/** The bytes that a DSSE signature is over (github.com/secure-systems-lab/dsse, protocol.md). */

/** `DSSEv1 <length> <type> <length> <payload>`, lengths in bytes. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType);
  return Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type, Buffer.from(` ${payload.length} `), payload]);
}

/**
 * What the reference tool signed before its version 1.0: it wrote the payload as Python shows bytes (`b'…'`), and a capital V.
 * Such signatures are in use, and the reference still takes them.
 */
export function preAuthEncodingBefore1(payloadType: string, payload: Uint8Array): Buffer {
  return Buffer.from(
    `DSSEV1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} ${shownByPython(payload)}`,
  );
}

const escapes: Readonly<Record<number, string>> = { 9: '\\t', 10: '\\n', 13: '\\r', 92: '\\\\' };

/** `repr(bytes)` of Python 3: printable ASCII as it is, double quotes only around a text with single ones and no double ones. */
function shownByPython(bytes: Uint8Array): string {
  const quote = bytes.includes(39) && !bytes.includes(34) ? '"' : "'";
  const parts: string[] = [];
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    if (character === quote) parts.push(`\\${quote}`);
    else if (escapes[byte] !== undefined) parts.push(escapes[byte]);
    else if (byte >= 32 && byte < 127) parts.push(character);
    else parts.push(`\\x${byte.toString(16).padStart(2, '0')}`);
  }
  return `b${quote}${parts.join('')}${quote}`;
}
