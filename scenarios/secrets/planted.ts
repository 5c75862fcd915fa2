/**
 * Secrets planted in texts as agents and services write them, made from the forms of the rules, and texts that look as if they held some.
 * All of it is drawn from a seed; no secret is or was anybody's.
 */
import { seeded } from '../../bench/random.ts';
import type { SecretRule } from '../../packages/platform/src/detection/secrets/secret-rule.ts';

type Random = () => number;

const alphabets: Readonly<Record<string, string>> = {
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  b64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  b64alnum: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  hex: '0123456789abcdef',
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789',
  base32: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
  digits: '0123456789',
};

function drawn(random: Random, alphabet: string, length: number): string {
  const letters = alphabets[alphabet];
  if (letters === undefined) throw new Error(`There is no alphabet ${alphabet}.`);
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

const uuid = (random: Random) => [8, 4, 4, 4, 12].map((length) => drawn(random, 'hex', length)).join('-');
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function filled(random: Random, form: string): string {
  return form
    .replaceAll('\\n', '\n')
    .replace(/\{(\w+)(?::(\d+))?\}/g, (_, name: string, length: string | undefined) => {
      if (name === 'uuid') return uuid(random);
      if (name === 'jwt')
        return `${encoded({ alg: 'RS256', kid: drawn(random, 'hex', 8) })}.${encoded({ sub: drawn(random, 'alnum', 12), iat: 1_700_000_000 })}.${drawn(random, 'url', 342)}`;
      return drawn(random, name, Number(length));
    });
}

/** Where agents meet secrets. `%` is the secret. */
const places: readonly string[] = [
  'Here is the key you asked for: %\nPlease deploy with it.',
  'The tool answered: {"status":"ok","config":{"value":"%"},"latency_ms":112}',
  '2026-11-21T10:14:03Z INFO worker-3 calling upstream with % (attempt 2)',
  "export SETTING='%'",
  'I tried with % but the API answers 401. Can you help?',
  'value: %\nreplicas: 3\nimage: registry.example/app:1.4',
  '```python\nclient = Client("%")\nprint(client.models())\n```',
  'curl -s https://api.internal/v1/run -H "X-Key: %" -d @body.json',
  '[{"role":"user","content":"use % for the upload"},{"role":"assistant","content":"Done."}]',
];

export interface Planted {
  readonly rule: string;
  readonly text: string;
  /** What stands in the text for the rule's form: the secret is in it. */
  readonly start: number;
  readonly end: number;
}

export function plantedSecrets(rules: readonly SecretRule[], each: number, seed: number): readonly Planted[] {
  const random = seeded(seed);
  return rules.flatMap(({ id, forms }) =>
    Array.from({ length: each }, (_, index): Planted => {
      const written = filled(random, forms[index % forms.length] ?? '');
      const place = places[Math.floor(random() * places.length)] ?? '%';
      const start = place.indexOf('%');
      return { rule: id, text: place.replace('%', () => written), start, end: start + written.length };
    }),
  );
}

/** Texts without a secret that look as if they had one. */
export function hardNegatives(
  count: number,
  seed: number,
): readonly { readonly kind: string; readonly text: string }[] {
  const random = seeded(seed);
  const draw = (alphabet: string, length: number) => drawn(random, alphabet, length);
  const kinds: Readonly<Record<string, () => string>> = {
    'git commit': () => `commit ${draw('hex', 40)}\nAuthor: Ben\n\n    Fix the token count`,
    digest: () => `image: registry.example/app@sha256:${draw('hex', 64)}`,
    'digest of a key': () => `{"key_hash":"${draw('hex', 64)}","key_alias":"ci"}`,
    uuid: () => `request_id=${uuid(random)} trace=${draw('hex', 32)} span=${draw('hex', 16)}`,
    'base64 image': () => `![plot](data:image/png;base64,iVBORw0KGgo${draw('b64', 600)}==)`,
    embedding: () => `"embedding": "${draw('b64', 400)}="`,
    'example key': () =>
      [
        'AKIAIOSFODNN7EXAMPLE',
        'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        'sk-your-key-here-xxxxxxxxxxxx',
        'hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
        'ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
      ][Math.floor(random() * 5)] ?? '',
    'variable, not value': () =>
      `api_key = os.environ["OPENAI_API_KEY"]\ntoken: \${{ secrets.GITHUB_TOKEN }}\npassword = settings.DATABASE_PASSWORD`,
    'placeholder in an address': () =>
      `postgres://user:password@localhost:5432/db and mysql://root:\${DB_PASSWORD}@db/app`,
    'public key': () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5${draw('b64', 48)} ben@laptop`,
    certificate: () => `-----BEGIN CERTIFICATE-----\n${draw('b64', 800)}\n-----END CERTIFICATE-----`,
    'package lock': () => `"integrity": "sha512-${draw('b64', 86)}=="`,
    'usage of tokens': () =>
      `{"prompt_tokens": 1834, "completion_tokens": 221, "next_page_token": "${draw('url', 40)}"}`,
    'model name': () => 'The model sk-learn/hf_bert-base and the dataset task-npm_packages-ghp_stats are public.',
    'content address': () => `ipfs://Qm${draw('alnum', 44)} etag "${draw('hex', 32)}"`,
    'kubernetes name': () =>
      `secretName: db-credentials-${draw('hex', 10)}\nsecretKeyRef: {name: openai, key: api-key}`,
    'presigned, expired parts': () =>
      `https://bucket.s3.amazonaws.com/data.csv?X-Amz-Date=20260101T000000Z&X-Amz-Expires=60`,
    'function call': () =>
      'const token = await getAccessTokenFromRequest(request); const secret = readSecretFromVaultOrThrow(name);',
  };
  const names = Object.keys(kinds);
  return Array.from({ length: count }, (_, index) => {
    const kind = names[index % names.length] ?? '';
    return { kind, text: `Log of the job:\n${kinds[kind]?.() ?? ''}\nDone.` };
  });
}
