import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test('RFC 8785, section 3.2.2: the sample object', () => {
  const sample = String.raw`{
    "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`;
  expect(canonicalJson(JSON.parse(sample))).toBe(
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  );
});

test('RFC 8785, section 3.2.3: names sort by UTF-16 code units', () => {
  const sample = {
    '€': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    1: 'One',
    '😀': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    ö: 'Latin Small Letter O With Diaeresis',
  };
  expect(Object.values(JSON.parse(canonicalJson(sample)))).toContain('One');
  expect([...canonicalJson(sample).matchAll(/:"([^"]+)"/g)].map((match) => match[1])).toEqual([
    'Carriage Return',
    'One',
    'Control',
    'Latin Small Letter O With Diaeresis',
    'Euro Sign',
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ]);
});

test('the text says the value again and does not depend on the order of members', () => {
  const plain = fc.jsonValue({ maxDepth: 4, noUnicodeString: false });
  fc.assert(
    fc.property(plain, (value) => {
      const text = canonicalJson(value);
      // JSON knows no minus zero, and RFC 8785 writes it as 0
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

test('says what the library says, also for names that objects reorder', () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom('__proto__', 'constructor', 'toString', '10', '9', '1', '-1', '01', ''),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, fc.jsonValue({ maxDepth: 0 }), fc.array(tie('value')), tie('object')),
    object: fc.dictionary(name, tie('value')),
  }));
  fc.assert(
    fc.property(value, (one) => {
      expect(canonicalJson(one)).toBe(canonicalize(one));
      const parsed = JSON.parse(`{"__proto__":${JSON.stringify(one)},"b":1,"10":2,"9":3}`);
      expect(canonicalJson(parsed)).toBe(`{"10":2,"9":3,"__proto__":${canonicalize(one)},"b":1}`);
    }),
  );
});

test('an undefined member is an absent one', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
});

const holed: unknown[] = [];
holed.length = 1;
const circle: Record<string, unknown> = {};
circle.self = circle;

test.each([
  ['undefined', undefined, 'undefined at the top'],
  ['undefined in a list', [1, undefined], 'undefined at 1'],
  ['a hole', holed, 'undefined at 0'],
  ['NaN', { a: { b: Number.NaN } }, 'NaN at a.b'],
  ['infinity', [Number.NEGATIVE_INFINITY], '-Infinity at 0'],
  ['a bigint', { a: 1n }, 'bigint at a'],
  ['a function', { a: () => 1 }, 'function at a'],
  ['a symbol', [Symbol('s')], 'symbol at 0'],
  ['a map', { a: new Map([[1, 2]]) }, 'not plain (Map) at a'],
  ['a date', { a: new Date(0) }, 'not plain (Date) at a'],
  ['bytes', { a: Uint8Array.of(1) }, 'not plain (Uint8Array) at a'],
  ['an own toJSON', { a: { toJSON: () => 1 } }, 'not plain (Object) at a'],
  ['a lone surrogate', { a: 'x\ud800y' }, 'a lone surrogate at a'],
  ['a lone surrogate in a name', { 'x\udc00': 1 }, 'a lone surrogate in a name at x\ufffd'],
  ['a cycle', circle, 'a cycle'],
])('refuses %s', (_name, value, message) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
  expect(() => canonicalJson(value)).toThrow(message);
});
