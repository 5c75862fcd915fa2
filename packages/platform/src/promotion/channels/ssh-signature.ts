/**
 * SSH signatures as git makes them (`gpg.format = ssh`): openssh's PROTOCOL.sshsig, by keys of an allowed-signers file (ssh-keygen(1)).
 * Ed25519 and ECDSA on the NIST curves, RSA with SHA-2; a security key (`sk-`) is not judged. The namespace must be git's, so that what
 * somebody signed for another purpose is no commit.
 */
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

export interface AllowedSigner {
  readonly principals: string;
  /** The public key as it is on the wire. */
  readonly blob: Buffer;
}

export type SshVerdict =
  | { readonly is: 'verified'; readonly principals: string }
  | { readonly is: 'unknown-signer' | 'refused' | 'limited'; readonly why: string };

const mostSigners = 10_000;
const mostBytes = 64 * 1024;
const curves: Readonly<Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>> = {
  'ecdsa-sha2-nistp256': { crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { crv: 'P-521', bytes: 66, hash: 'sha512' },
};

/** Lines of `principals [options] type base64`; those with options that limit a key in time or use are left out. */
export function allowedSigners(text: string): readonly AllowedSigner[] {
  return text
    .split('\n', mostSigners)
    .filter((line) => !/^\s*(#|$)/.test(line))
    .flatMap((line) => {
      const words = line.trim().split(/\s+/);
      const at = words.findIndex((word) => /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521))$/.test(word));
      const [principals] = words;
      const options = words.slice(1, at).join(' ');
      const encoded = words[at + 1];
      if (at < 1 || principals === undefined || encoded === undefined) return [];
      return options === '' || options === 'namespaces="git"'
        ? [{ principals, blob: Buffer.from(encoded, 'base64') }]
        : [];
    });
}

/** @param armored `-----BEGIN SSH SIGNATURE-----` … @param message what was signed */
export function judgeSshSignature(armored: string, message: Uint8Array, allowed: readonly AllowedSigner[]): SshVerdict {
  const [, body] =
    /^\s*-----BEGIN SSH SIGNATURE-----([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----\s*$/.exec(armored) ?? [];
  if (body === undefined || armored.length > mostBytes) return { is: 'refused', why: 'It is no SSH signature.' };
  try {
    const read = reader(Buffer.from(body, 'base64'));
    if (read.bytes(6).toString('latin1') !== 'SSHSIG' || read.number() !== 1)
      return { is: 'refused', why: 'It is of another version.' };
    const blob = read.string();
    const namespace = read.string();
    const reserved = read.string();
    const hash = read.string().toString('latin1');
    const signature = reader(read.string());
    if (!read.ended() || namespace.toString('latin1') !== 'git')
      return { is: 'refused', why: 'It was not made for git.' };
    if (hash !== 'sha256' && hash !== 'sha512') return { is: 'refused', why: 'It uses another hash.' };
    const signed = Buffer.concat([
      Buffer.from('SSHSIG'),
      ...[namespace, reserved, Buffer.from(hash), createHash(hash).update(message).digest()].map(asString),
    ]);
    const type = signature.string().toString('latin1');
    const raw = signature.string();
    const key = keyOf(blob);
    if (key === undefined) return { is: 'limited', why: 'Its key is of a kind that is not judged here.' };
    if (!isValid(type, raw, key, signed))
      return { is: 'refused', why: 'The signature does not belong to this commit.' };
    const signer = allowed.find((each) => each.blob.equals(blob));
    return signer === undefined
      ? { is: 'unknown-signer', why: 'It is signed by a key that the allowed signers do not name.' }
      : { is: 'verified', principals: signer.principals };
  } catch {
    return { is: 'refused', why: 'It cannot be read.' };
  }
}

function keyOf(blob: Buffer): { readonly type: string; readonly key: KeyObject } | undefined {
  const read = reader(blob);
  const type = read.string().toString('latin1');
  const jwk = (key: object) => createPublicKey({ key: key as never, format: 'jwk' });
  if (type === 'ssh-ed25519')
    return { type, key: jwk({ kty: 'OKP', crv: 'Ed25519', x: read.string().toString('base64url') }) };
  if (type === 'ssh-rsa') {
    const e = read.string();
    const n = read.string();
    return {
      type,
      key: jwk({ kty: 'RSA', e: e.toString('base64url'), n: n.subarray(n[0] === 0 ? 1 : 0).toString('base64url') }),
    };
  }
  const curve = curves[type];
  if (curve === undefined) return undefined;
  read.string();
  const point = read.string();
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) throw new RangeError('no point');
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  return { type, key: jwk({ kty: 'EC', crv: curve.crv, x: x.toString('base64url'), y: y.toString('base64url') }) };
}

function isValid(
  type: string,
  raw: Buffer,
  { type: keyType, key }: NonNullable<ReturnType<typeof keyOf>>,
  signed: Buffer,
): boolean {
  if (keyType === 'ssh-ed25519') return type === keyType && verify(null, signed, key, raw);
  // SHA-1 (`ssh-rsa` as the type of a signature) is refused.
  if (keyType === 'ssh-rsa') {
    const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[type];
    return hash !== undefined && verify(hash, signed, key, raw);
  }
  const curve = curves[keyType];
  if (curve === undefined || type !== keyType) return false;
  const parts = reader(raw);
  const whole = Buffer.concat([parts.string(), parts.string()].map((part) => padded(part, curve.bytes)));
  return verify(curve.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, whole);
}

/** An integer of the wire, which may have a leading zero or lack some, as a number of fixed length. */
function padded(part: Buffer, length: number): Buffer {
  const bare = part.length > length ? part.subarray(part.length - length) : part;
  return Buffer.concat([Buffer.alloc(length - bare.length), bare]);
}

function asString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** Reading beyond the end throws. */
function reader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new RangeError('cut off');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return {
    bytes: take,
    number: () => take(4).readUInt32BE(),
    string: () => take(take(4).readUInt32BE()),
    ended: () => at === bytes.length,
  };
}
