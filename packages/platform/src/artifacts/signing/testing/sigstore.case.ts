/**
 * A Sigstore of one's own for tests, with the parts of the public one: an authority that gives certificates of ten minutes to whoever
 * it believes (Fulcio), a log of those certificates whose receipts stand in them (RFC 6962), and a log of signatures that promises
 * and proves its entries (Rekor). What it makes has the form of what cosign leaves at images.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { preAuthEncoding } from '../bundle/pae.ts';
import type { KeylessMarks } from '../trust/cosign.ts';
import {
  type CertificateWish,
  certificate,
  der,
  extension,
  octets,
  pemOfCertificate,
  sequence,
  spki,
  toBeSigned,
} from './der.case.ts';

const sha256 = (...parts: readonly Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes as string).toString('base64');
const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const minute = 60_000;
const logHost = 'rekor.example';

export interface Signer {
  readonly identity: string;
  readonly issuer: string;
  /** When it signs. */
  readonly at?: Date;
}

interface Moment {
  readonly pem: string;
  readonly der: Buffer;
  readonly key: KeyObject;
}

export type TestSigstore = ReturnType<typeof makeSigstore>;

export function makeSigstore(founded = new Date('2026-01-01T00:00:00Z')) {
  const [authority, certificateLog, log] = [pair(), pair(), pair()];
  const logId = sha256(spki(log.publicKey));
  const until = new Date(founded.getTime() + 3650 * 24 * 60 * minute);
  const wish = { subject: 'authority', issuer: 'authority', publicKey: authority.publicKey, from: founded, until };
  // The last bits of a byte that are not used are counted before it.
  const usage = (bits: number, unused: number) => extension('2.5.29.15', der(0x03, Buffer.of(unused, bits)), true);
  const isAuthority = extension('2.5.29.19', sequence(der(0x01, Buffer.of(0xff))), true);
  const keyId = sha256(spki(authority.publicKey)).subarray(0, 20);
  const ownId = extension('2.5.29.14', octets(keyId));
  const issuerId = extension('2.5.29.35', sequence(der(0x80, keyId)));
  const root = certificate({ ...wish, extensions: [usage(0x06, 1), isAuthority, ownId] }, authority.privateKey);

  /** With `receipt` false as of an authority that does not log what it gives out. */
  function certificateFor({ identity, issuer, at = founded }: Signer, receipt = true): Moment {
    const { publicKey, privateKey: key } = pair();
    const extensions = [
      usage(0x80, 7),
      extension('2.5.29.37', sequence(der(0x06, Buffer.from('2b06010505070303', 'hex')))),
      extension('2.5.29.17', sequence(der(identity.includes('://') ? 0x86 : 0x81, Buffer.from(identity))), true),
      // Who vouched, in the old form and the new one, as the public authority writes both.
      extension('1.3.6.1.4.1.57264.1.1', Buffer.from(issuer)),
      extension('1.3.6.1.4.1.57264.1.8', der(0x0c, Buffer.from(issuer))),
      issuerId,
    ];
    const asked: CertificateWish = {
      subject: '',
      issuer: 'authority',
      publicKey,
      from: at,
      until: new Date(at.getTime() + 10 * minute),
      extensions,
    };
    const whole = receipt ? { ...asked, extensions: [...extensions, receiptFor(asked, at)] } : asked;
    const bytes = certificate(whole, authority.privateKey);
    return { pem: pemOfCertificate(bytes), der: bytes, key };
  }

  function receiptFor(asked: CertificateWish, at: Date): Buffer {
    const moment = Buffer.alloc(8);
    moment.writeBigUInt64BE(BigInt(at.getTime()));
    const signed = toBeSigned(asked);
    const size = (length: number) => Buffer.of(length >> 16, (length >> 8) & 255, length & 255);
    const entry = [sha256(spki(authority.publicKey)), size(signed.length), signed, Buffer.of(0, 0)];
    const over = Buffer.concat([Buffer.of(0, 0), moment, Buffer.of(0, 1), ...entry]);
    const signature = sign('sha256', over, certificateLog.privateKey);
    const inTwo = (bytes: Buffer) => Buffer.concat([size(bytes.length).subarray(1), bytes]);
    const one = [Buffer.of(0), sha256(spki(certificateLog.publicKey)), moment, Buffer.of(0, 0, 4, 3), inTwo(signature)];
    return extension('1.3.6.1.4.1.11129.2.4.2', octets(inTwo(inTwo(Buffer.concat(one)))));
  }

  /** The log's promise of an entry, with all that it signs. */
  function promised(entry: object, at: Date) {
    const payload = {
      body: base64(JSON.stringify(entry)),
      integratedTime: Math.floor(at.getTime() / 1000) + 5,
      logID: logId.toString('hex'),
      logIndex: 1,
    };
    return { payload, signature: base64(sign('sha256', Buffer.from(JSON.stringify(payload)), log.privateKey)) };
  }

  function marks(moment: Moment, entry: object, at: Date): KeylessMarks {
    const { payload, signature } = promised(entry, at);
    return { certificate: moment.pem, promise: JSON.stringify({ SignedEntryTimestamp: signature, Payload: payload }) };
  }

  const dsseEntry = (moment: Moment, payload: Uint8Array, signature: string) => ({
    apiVersion: '0.0.1',
    kind: 'dsse',
    spec: {
      envelopeHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
      signatures: [{ signature, verifier: base64(moment.pem) }],
    },
  });

  function sealed(statement: object, moment: Moment) {
    const payload = Buffer.from(JSON.stringify(statement));
    const payloadType = 'application/vnd.in-toto+json';
    const sig = base64(sign('sha256', preAuthEncoding(payloadType, payload), moment.key));
    return { payload, sig, envelope: { payload: base64(payload), payloadType, signatures: [{ sig, keyid: '' }] } };
  }

  const key = (publicKey: KeyObject) => ({
    rawBytes: base64(spki(publicKey)),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: founded.toISOString() },
  });
  return {
    certificateFor,
    /** `trusted_root.json`. */
    trustedRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [
        {
          baseUrl: `https://${logHost}`,
          hashAlgorithm: 'SHA2_256',
          publicKey: key(log.publicKey),
          logId: { keyId: base64(logId) },
        },
      ],
      certificateAuthorities: [
        {
          subject: { organization: 'example', commonName: 'authority' },
          uri: 'https://fulcio.example',
          certChain: { certificates: [{ rawBytes: base64(root) }] },
          validFor: { start: founded.toISOString() },
        },
      ],
      ctlogs: [
        {
          baseUrl: 'https://ctfe.example',
          hashAlgorithm: 'SHA2_256',
          publicKey: key(certificateLog.publicKey),
          logId: { keyId: base64(sha256(spki(certificateLog.publicKey))) },
        },
      ],
      timestampAuthorities: [],
    }),

    /** As `cosign sign` of versions 1 and 2 leaves it in annotations. @param loggedAt when the log took it, unless at once */
    signPayload(payload: Uint8Array, signer: Signer, loggedAt?: Date, moment = certificateFor(signer)) {
      const signature = base64(sign('sha256', payload, moment.key));
      const entry = {
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: { algorithm: 'sha256', value: sha256(payload).toString('hex') } },
          signature: { content: signature, publicKey: { content: base64(moment.pem) } },
        },
      };
      return { payload, signature, keyless: marks(moment, entry, loggedAt ?? signer.at ?? founded) };
    },

    /** As `cosign attest` of version 2 leaves it: an envelope, with the rest in annotations. */
    attest(statement: object, signer: Signer) {
      const moment = certificateFor(signer);
      const { payload, sig, envelope } = sealed(statement, moment);
      return { value: envelope, keyless: marks(moment, dsseEntry(moment, payload, sig), signer.at ?? founded) };
    },

    /** As cosign 3 leaves it: a bundle with certificate, promise and proof in it. */
    bundle(statement: object, signer: Signer) {
      const moment = certificateFor(signer);
      const { payload, sig, envelope } = sealed(statement, moment);
      const entry = dsseEntry(moment, payload, sig);
      const { payload: told, signature } = promised(entry, signer.at ?? founded);
      const before = sha256(Buffer.of(0), Buffer.from('the entry before'));
      const top = sha256(Buffer.of(1), before, sha256(Buffer.of(0), Buffer.from(told.body, 'base64')));
      const note = `${logHost} - 1\n2\n${base64(top)}\n`;
      const line = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)]);
      return {
        mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
        verificationMaterial: {
          certificate: { rawBytes: base64(moment.der) },
          tlogEntries: [
            {
              logIndex: String(told.logIndex),
              logId: { keyId: base64(logId) },
              kindVersion: { kind: 'dsse', version: '0.0.1' },
              integratedTime: String(told.integratedTime),
              inclusionPromise: { signedEntryTimestamp: signature },
              inclusionProof: {
                logIndex: '1',
                rootHash: base64(top),
                treeSize: '2',
                hashes: [base64(before)],
                checkpoint: { envelope: `${note}\n\u2014 ${logHost} ${base64(line)}\n` },
              },
              canonicalizedBody: told.body,
            },
          ],
        },
        dsseEnvelope: envelope,
      };
    },
  };
}
