import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openAddress } from '../../intake/open-address.ts';
import { judge } from './held.ts';

const jwt = (claims: object) =>
  `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${'s'.repeat(40)}`;

test.each([
  ['GITHUB_TOKEN', 'ghp_abcdefgh', { inFile: true, system: 'github' }],
  ['GITHUB_TOKEN', `\${GITHUB_TOKEN}`, { inFile: false, from: 'env:GITHUB_TOKEN' }],
  ['API_KEY', `\${input:key}`, { inFile: false, from: 'input:key' }],
  ['API_KEY', 'op://vault/item/field', { inFile: false, from: 'op://vault/item/field' }],
  ['API_KEY', '<YOUR_KEY>', { inFile: false }],
  ['Authorization', `Bearer \${TOKEN}`, { inFile: false, from: 'env:TOKEN' }],
  ['Authorization', 'Bearer abc', { inFile: true }],
  ['X', 'sk-ant-whatever', { inFile: true }],
  ['DATABASE_URL', 'postgres://app:pw@db:5432/x', { inFile: true, system: 'database' }],
])('%s=%s is a credential', (name, value, expected) =>
  expect(judge(name, value, 'environment').held).toMatchObject(expected),
);

test.each([
  ['LOG_LEVEL', 'debug'],
  ['PORT', '8080'],
  ['HOME', `\${HOME}`],
  ['TOKEN_FILE', '/run/token'],
  ['API_URL', 'https://api.example.com/v1'],
  ['API_KEY', ''],
  ['MAX_TOKENS_URL', 'http://x'],
])('%s=%s is none', (name, value) => expect(judge(name, value, 'environment').held).toBeUndefined());

test('a token says whose it is and how long it lives, and nothing else of it is kept', () => {
  const token = jwt({
    iss: 'https://k8s.example.com',
    sub: 'system:serviceaccount:ml:bot',
    iat: 1_700_000_000,
    exp: 1_700_003_600,
  });
  const { held } = judge('KUBE_TOKEN', token, 'environment');
  expect(held).toEqual({
    name: 'KUBE_TOKEN',
    place: 'environment',
    system: 'kubernetes',
    inFile: true,
    marks: [
      { mark: 'kubernetes-service-account', value: 'ml/bot' },
      { mark: 'token-issuer', value: 'https://k8s.example.com' },
      { mark: 'token-subject', value: 'system:serviceaccount:ml:bot' },
    ],
    created: '2023-11-14T22:13:20.000Z',
    expires: '2023-11-14T23:13:20.000Z',
  });
});

test.each([
  ['https://user:pw@h.example/x?token=1#f', 'https://h.example/x', true],
  ['https://h.example/x?page=1', 'https://h.example/x', false],
  ['postgres://app:pw@db/x?sslmode=on', 'postgres://app@db/x', true],
  ['https://h.example/s/ZXhhbXBsZS1zZWNyZXQtMTIz/mcp', 'https://h.example/s/~/mcp', true],
  ['https://h.example/a-very-long-name-of-a-thing/x', 'https://h.example/a-very-long-name-of-a-thing/x', false],
])('%s', (written, address, secret) => expect(openAddress(written)).toMatchObject({ address, secret }));

test.each(['', 'x', '/a/b', 'file:///etc/passwd', 'C:\\x', 'npx://'])('%j is no address', (written) =>
  expect(openAddress(written)).toBeUndefined(),
);

test('whatever a variable with a secret’s name holds, its value is not in what comes out', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9+/=_-]{12,60}$/);
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom('', 'Bearer ', 'Basic '),
      fc.constantFrom('API_TOKEN', 'X_PASSWORD', 'authorization'),
      (value, scheme, name) => {
        const said = JSON.stringify(judge(name, `${scheme}${value}`, 'header'));
        // What identifies by design: an access key's id is no secret.
        if (!/^(AKIA|ASIA)[A-Z0-9]{16}$/.test(value)) expect(said).not.toContain(value);
      },
    ),
  );
  fc.assert(
    fc.property(secret, (value) => {
      const said = JSON.stringify(
        judge('DATABASE_URL', `postgres://app:${encodeURIComponent(value)}@db.example.com/x`, 'environment'),
      );
      expect(said).not.toContain(encodeURIComponent(value));
    }),
  );
});

test('hostile values are judged in linear time', () => {
  for (const value of [
    `\${${' '.repeat(90_000)}`,
    '$'.repeat(90_000),
    `eyJ${'.'.repeat(90_000)}`,
    'a://'.repeat(20_000),
    '{{'.repeat(45_000),
  ])
    expect(() => judge('TOKEN', value, 'environment')).not.toThrow();
});
