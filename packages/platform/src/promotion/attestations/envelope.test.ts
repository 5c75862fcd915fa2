import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bundleMediaType } from '../../artifacts/signing/bundle/bundle.ts';
import { keyHint } from '../../artifacts/signing/trust/elliptic.ts';
import { trustInKey } from '../../artifacts/signing/trust/trust.ts';
import { ephemeralSigner } from '../../ledger/key.ts';
import { noteVerifier } from '../../ledger/note.ts';
import type { GateTrust, TrustedKey } from '../trust.ts';
import { judgeStatement, signStatement, statementKeyFromPem, statementKeyOfLedger } from './envelope.ts';

const now = new Date('2026-11-22T00:00:00Z');
const pair = (namedCurve = 'P-256') => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
  return {
    publicKey,
    key: statementKeyFromPem(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string),
    trusted: {
      by: 'key',
      trust: trustInKey(publicKey.export({ type: 'spki', format: 'pem' }) as string),
    } as TrustedKey,
  };
};
const trustIn = (...keys: TrustedKey[]): GateTrust => ({
  signers: keys.map((key, index) => ({ name: `signer-${index}`, role: '', may: ['sign'], key })),
  builders: [],
  registries: [],
});
const ours = pair();
const stranger = pair();
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'churn', digest: { sha256: 'ab'.repeat(32) } }],
  predicateType: 'https://example.com/p/v1',
  predicate: { a: 1 },
};
const envelope = signStatement(statement, ours.key);
const trust = trustIn(stranger.trusted, ours.trusted);

test('a key, a ledger’s key and a Sigstore bundle of a key are told apart and told whose they are', () => {
  expect(judgeStatement(envelope, trust, now)).toMatchObject({ ok: true, signer: { name: 'signer-1' }, statement });
  const signer = ephemeralSigner();
  const verifier = noteVerifier(signer.verifierKey);
  if (verifier === undefined) throw new Error('no verifier');
  const byLedger = signStatement(statement, statementKeyOfLedger(signer));
  expect(judgeStatement(byLedger, trustIn({ by: 'ledger', verifier }), now)).toMatchObject({ ok: true });
  expect(judgeStatement(byLedger, trust, now)).toMatchObject({ ok: false });
  const bundle = {
    mediaType: bundleMediaType,
    verificationMaterial: { publicKey: { hint: keyHint(ours.publicKey) }, tlogEntries: [] },
    dsseEnvelope: { ...envelope, signatures: envelope.signatures.map(({ sig }) => ({ sig, keyid: '' })) },
  };
  expect(judgeStatement(bundle, trust, now)).toMatchObject({ ok: true, signer: { name: 'signer-1' } });
  expect(judgeStatement({ ...bundle, unheard: 1 }, trust, now)).toMatchObject({ ok: false });
});

test('of several signatures one that is known suffices; what nobody known signed says what it claims to be', () => {
  const [first] = envelope.signatures;
  const [other] = signStatement(statement, stranger.key).signatures;
  const both = { ...envelope, signatures: [other, first] };
  expect(judgeStatement(both, trustIn(ours.trusted), now)).toMatchObject({ ok: true });
  expect(judgeStatement(envelope, trustIn(stranger.trusted), now)).toMatchObject({
    ok: false,
    claims: { predicateType: statement.predicateType },
  });
});

test('no changed byte of payload, type or signature is believed', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), fc.constantFrom('payload', 'sig'), (place, bits, part) => {
      const [signature = { sig: '' }] = envelope.signatures;
      const bytes = Buffer.from(part === 'payload' ? envelope.payload : signature.sig, 'base64');
      const at = place % bytes.length;
      bytes[at] = (bytes[at] ?? 0) ^ bits;
      const text = bytes.toString('base64');
      const changed =
        part === 'payload'
          ? { ...envelope, payload: text }
          : { ...envelope, signatures: [{ ...signature, sig: text }] };
      expect(judgeStatement(changed, trust, now).ok).toBe(false);
    }),
    { numRuns: 150 },
  );
  expect(judgeStatement({ ...envelope, payloadType: 'text/plain' }, trust, now).ok).toBe(false);
});

test.each([
  null,
  1,
  {},
  [],
  { payload: 'x' },
  { ...envelope, signatures: [] },
  { ...envelope, payload: `${envelope.payload} ` },
])('what is no envelope is none: %j', (value) => expect(judgeStatement(value, trust, now).ok).toBe(false));
