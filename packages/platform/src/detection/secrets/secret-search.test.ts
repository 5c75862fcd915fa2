import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shippedSecretRules, shippedSecretSearches } from './index.ts';
import { keyedDigest } from './keyed-digest.ts';
import { openedBy } from './opened-by.ts';
import { readSecretRules } from './rule-file.ts';
import { entropyOf, SecretSearch } from './secret-search.ts';

/** As somebody wrote it for gitleaks, with all that we understand of it. */
const gitleaksFile = `
title = "mine"
[extend]
useDefault = true

[[rules]]
id = "acme-key"
description = "ACME key"
regex = '''(?i)acme[\\w.-]{0,20}[=: '"]{1,5}([a-z0-9]{24})\\b'''
keywords = ["acme"]
entropy = 3.0
[[rules.allowlists]]
regexes = ['''^abc''']
stopwords = ["test"]
[[rules.allowlists]]
condition = "AND"
regexTarget = "line"
regexes = ["documentation"]
paths = ["docs/"]

[[rules]]
id = "second-group"
regex = '''(key|pass)-([0-9]{8})'''
secretGroup = 2

[[rules]]
id = "only-env"
regex = '''VALUE=(\\w{8,})'''
path = '''\\.env$'''
keywords = ["value="]

[[rules]]
id = "look-around"
regex = '''(?=secret)x'''

[[rules]]
id = "path-alone"
path = '''\\.p12$'''

[allowlist]
paths = ["vendor/"]
regexes = ["99999999"]
`;
const secret = 'k3j9x2m7q5w8z1v4b6n0p2r8';

describe('A file of gitleaks', () => {
  const read = readSecretRules('gitleaks.toml', gitleaksFile);
  const search = new SecretSearch(read);
  const found = (text: string, path?: string) =>
    search.find(text, path).found.map((each) => [each.rule.id, each.secret]);

  test('is used as it stands; what cannot be is refused with its line, and costs no other', () => {
    expect(read.rules.map(({ id }) => id)).toEqual(['acme-key', 'second-group', 'only-env']);
    expect(read.problems.map(({ line, reason, warning }) => [line, reason.slice(0, 24), warning])).toEqual([
      [3, '`extend` is not followed', true],
      [33, 'look-around: A pattern c', undefined],
      [37, 'path-alone: It has no `r', undefined],
    ]);
  });

  test.each<[string, string, string | undefined, number]>([
    ['a secret', `acme_token = "${secret}"`, undefined, 1],
    ['its keyword in another case', `ACME: ${secret.toUpperCase()}`, undefined, 1],
    ['too little entropy', `acme_token = "${'ab'.repeat(12)}"`, undefined, 0],
    ['an allowed form', `acme_token = "abc${secret.slice(3)}"`, undefined, 0],
    ['an allowed word', `acme_token = "test${secret.slice(4)}"`, undefined, 0],
    ['an allowed line in an allowed path', `documentation: acme = ${secret}`, 'docs/x.md', 0],
    ['an allowed line elsewhere', `documentation: acme = ${secret}`, 'src/x.md', 1],
    ['a path that is allowed for all', `acme = ${secret}`, 'vendor/x', 0],
    ['without its keyword', `amce_token = "${secret}"`, undefined, 0],
    ['the group that was asked for', 'key-12345678', undefined, 1],
    ['allowed for all', 'key-99999999', undefined, 0],
    ['a rule for some files in such a file', 'VALUE=abcdefgh', 'prod.env', 1],
    ['a rule for some files in another', 'VALUE=abcdefgh', 'prod.txt', 0],
  ])('%s', (_, text, path, count) => {
    expect(found(text, path)).toHaveLength(count);
  });

  test('the secret is the group, not the match', () => {
    expect(found('the key-12345678.')).toEqual([['second-group', '12345678']]);
  });

  test.each([
    ['broken.toml', '[[rules]]\nid = "x\n', 2],
    ['broken.yaml', 'rules:\n  - id: x\n   regex: y\n', 2],
    ['empty.toml', '', 1],
  ])('%s is refused with a line', (file, text, least) => {
    const { rules, problems } = readSecretRules(file, text);
    expect(rules).toEqual([]);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(least);
  });
});

describe('Our rules', () => {
  const rules = shippedSecretRules();
  const search = new SecretSearch(rules);

  test('have forms, keywords and a place to rotate at, and ids that nothing shares', () => {
    expect(rules.rules.length).toBeGreaterThanOrEqual(50);
    expect(new Set(rules.rules.map(({ id }) => id)).size).toBe(rules.rules.length);
    expect(
      rules.rules.filter(({ forms, keywords, rotate }) => forms.length === 0 || keywords.length === 0 || !rotate),
    ).toEqual([]);
  });

  test('find a secret wherever it lies, also over the cut of two pieces', () => {
    const key = `hf_${'aZbYcXdWeVfUgThSiRjQkPlOmNnMoLpKqJ'}`;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 140_000 }), fc.constantFrom(' ', '\n', 'ä', '😀'), (before, filling) => {
        const text = `${filling.repeat(before).slice(0, before)} ${key} ${filling.repeat(100)}`;
        const { found } = search.find(text);
        expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([key]);
      }),
      { numRuns: 30 },
    );
  });

  test.each<[string, string]>([
    ['keywords', 'secret key token password '.repeat(20_000)],
    ['heads of keys', 'sk-ant-api03-'.repeat(20_000)],
    ['heads of private keys', '-----BEGIN RSA PRIVATE KEY-----\n'.repeat(10_000)],
    ['addresses', 'postgres://a:'.repeat(30_000)],
    ['one letter', 'A'.repeat(1_000_000)],
  ])('%s without end come to an end', (_, text) => {
    expect(search.find(text).found.length).toBeLessThanOrEqual(1000);
  });
});

describe('What a JSON text is told to hold', () => {
  const key = `hf_${'aZbYcXdWeVfUgThSiRjQkPlOmNnMoLpKqJ'}`;
  const { logged } = shippedSecretSearches();
  test.each<[string, string]>([
    ['a text', JSON.stringify({ env: [`TOKEN=${key}`] })],
    ['the name of a field', JSON.stringify({ [key]: 1 })],
    ['JSON in a text', JSON.stringify({ body: JSON.stringify({ token: key }) })],
    ['letters written otherwise', `{"token":"\\u0068${key.slice(1)}"}`],
    ['JSON in a text, with letters written otherwise', JSON.stringify({ body: `{"token":"\\u0068${key.slice(1)}"}` })],
    ['a slash written otherwise', '{"url":"https:\\/\\/user:secretword@host"}'],
    ['another case', JSON.stringify({ AWS_SECRET: 'x' })],
  ])('%s', (_, json) => {
    expect(logged.mayBeIn(json)).toBe(true);
  });

  test('an event of a platform: nothing', () => {
    const event = { verb: 'get', user: { username: 'system:serviceaccount:ml:runner' }, text: 'a "quoted" line\n' };
    expect(logged.mayBeIn(JSON.stringify(event))).toBe(false);
  });

  test('with a rule that is tried everywhere, or a keyword that JSON would write otherwise: anything', () => {
    const rule = (keywords: string) => `[[rules]]\nid = "x"\nregex = '''x{9}'''\n${keywords}`;
    for (const keywords of [
      '',
      "keywords = ['a\"b']",
      'keywords = ["key: "]',
      'keywords = ["key:"]',
      'keywords = ["ü"]',
    ])
      expect(new SecretSearch(readSecretRules('x.toml', rule(keywords))).mayBeIn('{}'), keywords).toBe(true);
    expect(new SecretSearch(readSecretRules('x.toml', rule('keywords = ["key=", "a b"]'))).mayBeIn('{}')).toBe(false);
  });
});

test('entropy is bits a character', () => {
  expect(entropyOf('aaaa')).toBe(0);
  expect(entropyOf('abab')).toBe(1);
  expect(entropyOf('abcdefgh')).toBe(3);
});

test('a keyed digest tells secrets apart, and needs its key', () => {
  const [mine, others] = [keyedDigest(Buffer.alloc(32, 1)), keyedDigest(Buffer.alloc(32, 2))];
  expect(mine('a')).toBe(mine('a'));
  expect(new Set([mine('a'), mine('b'), others('a')]).size).toBe(3);
  expect(mine('a')).toMatch(/^[0-9a-f]{64}$/);
});

test('what a secret says of what it opens', () => {
  const token = (claims: unknown) =>
    `eyJhbGciOiJSUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`;
  expect(openedBy(['AKIA', 'Z3MHWQ7JD5KXPLR2'].join(''))).toEqual(['aws:AccessKey/AKIAZ3MHWQ7JD5KXPLR2']);
  expect(
    openedBy(token({ sub: 'system:serviceaccount:ml:runner', 'kubernetes.io': { pod: { name: 'runner-0' } } })),
  ).toEqual(['kubernetes:ServiceAccount/ml/runner', 'kubernetes:Pod/ml/runner-0']);
  expect(openedBy(token({ sub: 'ada' }))).toEqual([]);
  expect(openedBy('eyJ.!!.x')).toEqual([]);
});
