import { constants, createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { canonicalJson } from '../kernel/canonical-json.ts';
import { reportOn } from './report.ts';
import { byHand, end, idOf, start, written } from './testing/written.case.ts';

const now = new Date('2026-06-01T00:00:00Z');
const base = written({ start: start('one'), one: byHand('Look', 'end'), end });

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function signed(algorithm: string, { privateKey, publicKey }: Keys, more: object = {}): Record<string, unknown> {
  const unsigned = {
    type: 'jss',
    id: idOf('jss', algorithm),
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    signee: 'Ann',
    related_to: base.id,
    related_version: base.modified,
    hash_algorithm: 'sha-256',
    algorithm,
    public_key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    ...more,
  };
  const digest = createHash('sha256')
    .update(canonicalJson({ ...base, signatures: [unsigned] }))
    .digest();
  const hash = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(-3)}`;
  const key = algorithm.startsWith('PS')
    ? { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : algorithm.startsWith('ES')
      ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
      : privateKey;
  return { ...base, signatures: [{ ...unsigned, value: sign(hash, digest, key).toString('base64url') }] };
}

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keys: readonly (readonly [string, Keys])[] = [
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['Ed448', generateKeyPairSync('ed448')],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['RS256', rsa],
  ['PS512', rsa],
];

test.each(keys)('%s: what was signed is valid, anything else is not', (algorithm, pair) => {
  const playbook = signed(algorithm, pair);
  const report = reportOn(JSON.stringify(playbook), now);
  expect(report.signatures[0]?.verdict).toBe('valid');
  expect(report.ok).toBe(true);
  const reordered = JSON.stringify(Object.fromEntries(Object.entries(playbook).reverse()), null, 3);
  expect(reportOn(reordered, now).signatures[0]?.verdict).toBe('valid');
  const changed = { ...playbook, name: 'Another playbook' };
  const tampered = reportOn(JSON.stringify(changed), now);
  expect(tampered.signatures[0]?.verdict).toBe('invalid');
  expect(tampered.ok).toBe(false);
});

test('a key of another kind, another version, a revocation', () => {
  const [, ed] = keys[0] as (typeof keys)[number];
  const verdict = (more: object) => reportOn(JSON.stringify(signed('Ed25519', ed, more)), now).signatures[0]?.verdict;
  expect(verdict({ revoked: true })).toBe('invalid');
  expect(verdict({ related_version: '2025-01-01T00:00:00.000Z' })).toBe('invalid');
  expect(verdict({ algorithm: 'XMSS-SHA2_10_256' })).toBe('unverified');
  expect(verdict({ algorithm: 'RS256' })).toBe('unverified');
  expect(verdict({ hash_algorithm: 'md5' })).toBe('unverified');
  expect(verdict({ public_key: 'nonsense' })).toBe('unverified');
  expect(verdict({ public_key: undefined, cert_url: 'https://example.org/cert' })).toBe('unverified');
});
