/** Signs notes with Ed25519 keys. Apart from `note.ts`, because private keys are Node's business and never a page's. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { cosignatureType, cosignedMessage } from './cosignature.ts';
import { ed25519Type, isKeyName, keyBytes, keyIdOf, type NoteSigner, verifierKeyText } from './note.ts';

interface Ed25519Key {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** A key from the 32 bytes of an Ed25519 private key (RFC 8032). Throws a TypeError on a bad seed. */
function ed25519Key(seed: Uint8Array): Ed25519Key {
  if (seed.length !== keyBytes) throw new TypeError('an Ed25519 private key has 32 bytes');
  // RFC 8410: Node reads a bare private key only in its DER dress.
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  return {
    publicKey: Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x ?? '', 'base64url'),
    sign: (message) => sign(null, message, privateKey),
  };
}

/** A signer from the 32 bytes of an Ed25519 private key (RFC 8032). Throws a TypeError on a bad name or seed. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  if (!isKeyName(name)) throw new TypeError('a key name must not be empty nor hold spaces or a plus');
  const key = ed25519Key(seed);
  const keyId = keyIdOf(name, Buffer.concat([Uint8Array.of(ed25519Type), key.publicKey]));
  return {
    name,
    verifierKey: verifierKeyText(name, ed25519Type, key.publicKey),
    sign: (text) => Buffer.concat([keyId, key.sign(Buffer.from(text))]),
  };
}

/** A witness's signer: C2SP tlog-cosignature v1, with a time. */
export interface Cosigner {
  readonly name: string;
  readonly verifierKey: string;
  /** The signature line for a checkpoint's text, newline included. @param seconds since 1970 */
  cosign(text: string, seconds: number): string;
}

/** A cosigner from the 32 bytes of an Ed25519 private key (RFC 8032). Throws a TypeError on a bad name or seed. */
export function cosigner(name: string, seed: Uint8Array): Cosigner {
  if (!isKeyName(name)) throw new TypeError('a key name must not be empty nor hold spaces or a plus');
  const key = ed25519Key(seed);
  const keyId = keyIdOf(name, Buffer.concat([Uint8Array.of(cosignatureType), key.publicKey]));
  return {
    name,
    verifierKey: verifierKeyText(name, cosignatureType, key.publicKey),
    cosign: (text, seconds) => {
      const time = Buffer.alloc(8);
      time.writeBigUInt64BE(BigInt(seconds));
      const payload = Buffer.concat([keyId, time, key.sign(cosignedMessage(text, seconds))]);
      return `— ${name} ${payload.toString('base64')}\n`;
    },
  };
}
