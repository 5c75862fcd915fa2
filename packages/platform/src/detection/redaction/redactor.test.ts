import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalise } from '../../events/normalise.ts';
import { prepareText } from '../../events/prepare.ts';
import { shippedSecretSearches } from '../secrets/index.ts';
import { keyedDigest } from '../secrets/keyed-digest.ts';
import { secretsInEvent } from '../secrets/secrets-in-event.ts';
import inText from '../stream/secrets/in-text.ts';
import { openRedactor } from './redactor.ts';
import { type RedactionSpec, readRedaction } from './spec.ts';

const key = Buffer.alloc(32, 7);
const digest = keyedDigest(key);
const token = ['ghp', 'q7Vn2LrX9sTdK4mZb8HwYc3JfGpA6uRe1QxB'].join('_');
const place = { locator: 'here', received: '2026-11-21T10:00:00.000Z' };
const trail = (more: object = {}) => ({
  eventVersion: '1.08',
  eventID: 'e-1',
  eventTime: '2026-11-20T10:00:00Z',
  eventSource: 'lambda.amazonaws.com',
  eventName: 'UpdateFunctionConfiguration',
  awsRegion: 'eu-west-1',
  userIdentity: {
    type: 'IAMUser',
    userName: 'ann@acme.example',
    arn: 'arn:aws:iam::111122223333:user/ann',
    accountId: '111122223333',
    accessKeyId: ['AKIA', 'Z3MHWQ7JD5KXPLR2'].join(''),
  },
  requestParameters: null,
  responseElements: null,
  ...more,
});
const first = (value: unknown) => {
  const [read] = [...normalise(value, place)];
  if (read === undefined || !('event' in read)) throw new Error(JSON.stringify(read));
  return read;
};
const parametersOf = (done: ReturnType<typeof cut>) =>
  (done?.raw as Record<string, Record<string, unknown>> | undefined)?.requestParameters ?? {};
const cut = (spec: RedactionSpec['redact'], value: unknown, keep: string[] = []) => {
  const { event, raw } = first(value);
  return openRedactor({ spec: { redact: spec, keep }, key })(event, raw);
};

test('a secret gives way to its keyed digest, which is that of the item to be rotated; the digest of the original stays', () => {
  const value = trail({ requestParameters: { environment: { variables: { GIT: `token ${token} of ci` } } } });
  const done = cut([{ preset: 'secrets' }], value);
  const stands = `[redacted:github-token:${digest(token)}]`;
  expect(JSON.stringify(done)).not.toContain(token.slice(4));
  expect(done?.raw).toEqual({
    ...value,
    requestParameters: { environment: { variables: { GIT: `token ${stands} of ci` } } },
  });
  expect(done?.event).toEqual({
    ...first(value).event,
    redacted: [{ kind: 'github-token', digest: digest(token) }],
  });
  expect([...(done?.kinds ?? [])]).toEqual([['github-token', 1]]);
});

test('names of keys and of identities are no secrets: who did what to what stays', () => {
  expect(cut([{ preset: 'secrets' }], trail())).toBeUndefined();
  const done = cut([{ preset: 'email' }], trail());
  expect(done?.event.actor).toMatchObject({
    id: first(trail()).event.actor.id,
    name: first(trail()).event.actor.name,
  });
  expect(JSON.stringify(done?.raw)).not.toContain('ann@acme.example');
  expect(done?.event.redacted).toHaveLength(1);
  expect(cut([{ preset: 'email' }], trail(), ['userIdentity.userName'])).toBeUndefined();
});

test.each<[RedactionSpec['redact'], object, object]>([
  [
    [{ preset: 'card' }],
    { a: 'pay 4111 1111 1111 1111 now', b: '4111111111111112', c: 4111111111111111 },
    { a: /^pay \[redacted:card:\w{16}\] now$/, b: /^4111111111111112$/, c: /^\[redacted:card/ },
  ],
  [
    [{ kind: 'staff', pattern: 'E-(\\d{6})', group: 1 }],
    { a: 'E-123456, E-654321', b: 'E-12' },
    { a: /^E-\[redacted:staff:\w{16}\], E-\[redacted:staff:\w{16}\]$/, b: /^E-12$/ },
  ],
  [
    [{ kind: 'body', fields: ['requestParameters.a', 'requestParameters.*.d'] }],
    { a: 12, b: [{ d: ['x', true] }], d: 'y' },
    { a: /^\[redacted:body:/, d: /^y$/ },
  ],
  [
    [{ kind: 'staff', pattern: 'E-\\d{6}', group: 0, formats: ['litellm'] }, { preset: 'email' }],
    { a: 'E-123456 ann@acme.example' },
    { a: /^E-123456 \[redacted:email/ },
  ],
])('%j', (spec, parameters, expected) => {
  const done = cut(spec, trail({ requestParameters: parameters }), ['userIdentity']);
  const got = parametersOf(done);
  for (const [name, like] of Object.entries(expected)) expect(String(got[name])).toMatch(like as RegExp);
});

test('lists below a field are cut out leaf by leaf, and keep their form', () => {
  const done = cut(
    [{ kind: 'body', fields: ['requestParameters.b'] }],
    trail({ requestParameters: { b: [{ c: 'x' }, 1, null] } }),
  );
  expect(parametersOf(done)).toEqual({
    b: [{ c: expect.stringContaining('[redacted:body:') }, expect.stringContaining('[redacted:body:'), null],
  });
});

test('it fails closed: what is too deep is cut out whole, and names of fields are looked at too', () => {
  let deep: unknown = token;
  for (let at = 0; at < 80; at += 1) deep = { a: deep };
  const done = cut([{ preset: 'secrets' }], trail({ requestParameters: { deep, [`${token}`]: 1, __proto__: null } }));
  expect(JSON.stringify(done)).not.toContain(token);
  expect([...(done?.kinds.keys() ?? [])].sort()).toEqual(['github-token', 'not-searched']);
});

const json = fc.jsonValue({ maxDepth: 4 });
const secretAnywhere = fc
  .tuple(json, fc.array(fc.string({ minLength: 1, maxLength: 8 }), { maxLength: 5 }), fc.string(), fc.string())
  .map(([value, path, before, after]) => {
    // Apart from its surroundings, as the rule wants it.
    let inner: unknown = [`${before} ${token} ${after}`, value];
    for (const name of path) inner = { [name]: inner, other: value };
    return inner;
  });

test('wherever a secret stands, it is not kept; where none does, nothing is changed', () => {
  const redact = openRedactor({ spec: { redact: [{ preset: 'secrets' }, { preset: 'email' }], keep: [] }, key });
  fc.assert(
    fc.property(secretAnywhere, (inner) => {
      const { event, raw } = first(trail({ requestParameters: inner, userIdentity: { type: 'AWSService' } }));
      const before = JSON.stringify(raw);
      const done = redact(event, raw);
      expect(JSON.stringify(done)).not.toContain(token);
      expect(JSON.stringify(raw)).toBe(before);
      expect(done?.event.digest).toBe(event.digest);
      expect(JSON.stringify(done?.raw)).toContain(digest(token));
    }),
    { numRuns: 60 },
  );
  expect(
    cut([{ preset: 'secrets' }], trail({ requestParameters: { a: 'plain words and numbers 123456' } })),
  ).toBeUndefined();
});

test('the detector finds what was cut out, as the item that it would have been; elsewhere nobody believes the words', () => {
  const said = trail({ requestParameters: { x: `use ${token} now` } });
  const searches = shippedSecretSearches();
  const before = secretsInEvent(first(said).event, first(said).raw, searches);
  const done = cut([{ preset: 'secrets' }], said);
  if (done === undefined) throw new Error('nothing was cut out');
  const after = secretsInEvent(done.event, done.raw, searches);
  expect(before.map(({ rule, path }) => [rule.id, path])).toEqual([['github-token', 'requestParameters.x']]);
  expect(after.map(({ rule, path, is }) => [rule.id, path, is])).toEqual([
    ['github-token', 'requestParameters.x', { digest: digest(token) }],
  ]);
  expect(secretsInEvent(first(said).event, done.raw, searches)).toEqual([]);
  expect([...inText.start().see(done)].map(({ note }) => note)).toEqual([
    expect.stringContaining('in requestParameters.x'),
  ]);
});

describe('the line', () => {
  test('keeps only what is left, by whichever way it comes, and counts it', () => {
    const redact = openRedactor({ spec: { redact: [{ preset: 'secrets' }], keep: [] }, key });
    const text = `${JSON.stringify(trail({ requestParameters: { x: `use ${token}` } }))}\n${JSON.stringify(trail({ eventID: 'e-2' }))}`;
    const prepared = prepareText(Buffer.from(text), place, { redact });
    expect(prepared?.redacted).toEqual([{ kind: 'github-token', places: 1 }]);
    expect(prepared?.batches.map(({ count }) => count)).toEqual([2]);
    expect(Buffer.from(prepared?.batches[0]?.frames ?? []).toString()).not.toContain(token);
  });

  test('keeps nothing of an event that the rules fail on', () => {
    const fails = (): never => {
      throw new Error('no');
    };
    const prepared = prepareText(Buffer.from(JSON.stringify(trail())), place, { redact: fails });
    expect(prepared?.batches).toEqual([]);
    expect(prepared?.unreadable).toEqual([{ why: 'What must not be kept could not be cut out of it.', events: 1 }]);
  });
});

test.each([
  ['redact: [{preset: passwords}]', /file.yaml: redact/],
  ['redact: [{kind: a, pattern: "("}]', /redact/],
  ['redact: [{kind: A B, pattern: "x"}]', /redact/],
  ['redact: [{kind: a, fields: ["a b"]}]', /redact/],
  ['redact: []', /redact/],
  ['a: &a [1]\nredact: *a', /alias/],
  ['{', /file.yaml/],
])('a description that is not understood is refused: %s', (text, why) => {
  expect(() => readRedaction('file.yaml', text)).toThrow(expect.objectContaining({ why: expect.stringMatching(why) }));
});

test('one that is understood', () => {
  expect(readRedaction('f', 'redact: [{preset: secrets}, {kind: staff, pattern: "E-\\\\d+"}]\nkeep: [a.b]')).toEqual({
    redact: [{ preset: 'secrets' }, { kind: 'staff', pattern: 'E-\\d+', group: 0 }],
    keep: ['a.b'],
  } satisfies RedactionSpec);
});
