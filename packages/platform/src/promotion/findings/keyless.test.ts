/**
 * Images that were signed without a key: in annotations (cosign 1 and 2), in an envelope with annotations, in a bundle (cosign 3).
 * The honest ones are believed for the identity and issuer that the trust file names, and nothing about them can be changed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PromotionSubject } from '@firebreak/contract';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeSigstore, type Signer } from '../../artifacts/signing/testing/sigstore.case.ts';
import { type GateTrust, openTrust } from '../trust.ts';
import { type AttachedToImage, judgeAttached, type SimpleSignature } from './signature.ts';

const digest = `sha256:${'a1'.repeat(32)}`;
const subject: PromotionSubject = { kind: 'image', name: `registry.example/llm@${digest}`, digest, byDigest: true };
const ci: Signer = {
  identity: 'https://git.example/ml/llm/.github/workflows/release.yml@refs/heads/main',
  issuer: 'https://token.example',
};
const now = new Date('2026-06-01T00:00:00Z');
const sigstore = makeSigstore();
const elsewhere = makeSigstore();
let folder: string;
let trust: GateTrust;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firebreak-keyless-'));
  writeFileSync(join(folder, 'root.json'), sigstore.trustedRoot);
  writeFileSync(join(folder, 'trust.json'), JSON.stringify(trustFile(ci)));
  trust = await openTrust(join(folder, 'trust.json'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const trustFile = ({ identity, issuer }: Signer) => ({
  signers: [{ name: 'release', identity, issuer, may: ['sign', 'provenance'] }],
  sigstoreRoot: 'root.json',
});
const payload = (of = digest) =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': 'registry.example/llm' },
        image: { 'docker-manifest-digest': of },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );
const statement = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'llm', digest: { sha256: digest.slice('sha256:'.length) } }],
  predicateType: 'https://sigstore.dev/cosign/sign/v1',
  predicate: {},
};
const forms: Readonly<Record<string, (from: typeof sigstore, by: Signer) => AttachedToImage>> = {
  'annotations of cosign 1 and 2': (from, by) => ({ envelopes: [], simple: [from.signPayload(payload(), by)] }),
  'an envelope with annotations': (from, by) => ({ envelopes: [from.attest(statement, by)], simple: [] }),
  'a bundle of cosign 3': (from, by) => ({
    envelopes: [{ value: from.bundle(statement, by), keyless: undefined }],
    simple: [],
  }),
};
const judged = (attached: AttachedToImage, of = subject) => {
  const { signature } = judgeAttached(of, attached, [], trust, now);
  return signature.state === 'read' ? signature.verified : false;
};

describe.each(Object.entries(forms))('%s', (_, make) => {
  const honest = make(sigstore, ci);

  test('is believed, and told whose it is', () => {
    expect(judgeAttached(subject, honest, [], trust, now).signature).toMatchObject({
      verified: true,
      signer: 'release',
      by: 'sigstore',
    });
  });

  test.each([
    ['another identity', { ...ci, identity: `${ci.identity}x` }],
    ['another issuer', { ...ci, issuer: 'https://token.example.evil' }],
    ['a mail address instead', { ...ci, identity: 'ci@git.example' }],
  ])('by %s it is not', (__, by) => expect(judged(make(sigstore, by))).toBe(false));

  test('of another Sigstore, or about another image, it is not', () => {
    expect(judged(make(elsewhere, ci))).toBe(false);
    expect(judged(honest, { ...subject, digest: `sha256:${'b2'.repeat(32)}` })).toBe(false);
  });

  test('no character of it can be changed', () => {
    const texts = textsIn(honest);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.constantFrom(...'ABab01+/="{}'), (which, place, character) => {
        const changed = structuredClone(honest);
        const { path, text } = texts[which % texts.length] as (typeof texts)[number];
        const at = place % text.length;
        fc.pre(text[at] !== character);
        put(changed, path, `${text.slice(0, at)}${character}${text.slice(at + 1)}`);
        expect(judged(changed), path.join('.')).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

type Path = readonly string[];

/** Every text in it, and bytes as text, with where it stands. */
function textsIn(value: unknown, path: Path = []): { readonly path: Path; readonly text: string }[] {
  if (value instanceof Uint8Array) return [{ path, text: Buffer.from(value).toString('latin1') }];
  if (typeof value === 'string') return value === '' ? [] : [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => textsIn(each, [...path, key]));
}

function put(value: unknown, path: Path, text: string): void {
  const holder = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], value) as Record<
    string,
    unknown
  >;
  const key = path.at(-1) ?? '';
  holder[key] = holder[key] instanceof Uint8Array ? Buffer.from(text, 'latin1') : text;
}

describe('what only annotations can lie about', () => {
  const honest = sigstore.signPayload(payload(), ci);
  const one = (change: Partial<SimpleSignature>): AttachedToImage => ({
    envelopes: [],
    simple: [{ ...honest, ...change }],
  });
  const { certificate, promise } = honest.keyless;
  const other = sigstore.signPayload(payload(), ci).keyless;

  test.each([
    ['no promise of the log', { keyless: { certificate, promise: '' } }],
    ['no annotations', { keyless: undefined }],
    ['the certificate of another signature', { keyless: { certificate: other.certificate, promise } }],
    ['the promise of another signature', { keyless: { certificate, promise: other.promise } }],
    ['two certificates', { keyless: { certificate: `${certificate}${other.certificate}`, promise } }],
    ['no certificate', { keyless: { certificate: '', promise } }],
    ['a promise that is no JSON', { keyless: { certificate, promise: '{' } }],
    ['a field that is not known', { keyless: { certificate, promise: promise.replace('{', '{"more":1,') } }],
    ['annotations of a megabyte', { keyless: { certificate: certificate.padEnd(1 << 20), promise } }],
  ])('%s', (_, change) => expect(judged(one(change))).toBe(false));

  test('a signature that was logged when its certificate had ended, or that no log of certificates knows', () => {
    const late = new Date('2026-01-01T00:11:00Z');
    expect(judged({ envelopes: [], simple: [sigstore.signPayload(payload(), ci, late)] })).toBe(false);
    const unlogged = sigstore.certificateFor(ci, false);
    expect(judged({ envelopes: [], simple: [sigstore.signPayload(payload(), ci, undefined, unlogged)] })).toBe(false);
  });

  test('about another image it says whose it is', () => {
    const attached = { envelopes: [], simple: [sigstore.signPayload(payload(`sha256:${'0'.repeat(64)}`), ci)] };
    expect(judgeAttached(subject, attached, [], trust, now).signature.why).toContain('release signed another image');
  });
});
