/** Every modifier of Sigma 2.1 by itself (modifiers.case.ts), what needs several fields, and what is refused. */
import { describe, expect, test } from 'vitest';
import { asked, item } from '../testing/one-rule.ts';
import { absent, cases } from './modifiers.case.ts';

describe.each(Object.entries(cases))('%s', (_, { rule, yes, no }) => {
  const { report, speaks } = item(rule);
  const event = (value: unknown) => (value === absent ? { g: 1 } : { g: 1, f: value });
  test('is understood', () => expect(report).toMatchObject({ rules: 1, problems: [] }));
  test.each(yes.map((value) => ({ value })))('holds for $value', ({ value }) =>
    expect(speaks(event(value))).toBe(true),
  );
  test.each(no.map((value) => ({ value })))('does not hold for $value', ({ value }) =>
    expect(speaks(event(value))).toBe(false),
  );
});

test('base64offset finds the value wherever it stands in what was encoded', () => {
  const { speaks } = item('f|base64offset|contains: curl http');
  for (const before of ['', 'a', 'ab', 'abc', '#!/bin/sh\n', 'é'])
    for (const after of ['', 'x', 's://evil'])
      expect(speaks({ f: Buffer.from(`${before}curl http${after}`).toString('base64') }), before + after).toBe(true);
  expect(speaks({ f: Buffer.from('curl  http').toString('base64') })).toBe(false);
});

test('windash before base64offset is every dash, encoded', () => {
  const { speaks } = item("f|windash|base64offset|contains: ' -enc'");
  for (const dash of '-/–—―') expect(speaks({ f: Buffer.from(`x ${dash}enc y`).toString('base64') })).toBe(true);
});

test('fieldref compares two fields of one event', () => {
  expect(item('f|fieldref: g').speaks({ f: 'A', g: 'a' })).toBe(true);
  expect(item('f|fieldref: g').speaks({ f: 'A', g: 'b' })).toBe(false);
  expect(item('f|fieldref: g').speaks({ f: 'A' })).toBe(false);
  expect(item('f|fieldref|neq: g').speaks({ f: 'A', g: 'b' })).toBe(true);
  expect(item('f|fieldref|startswith: g').speaks({ f: 'Admin', g: 'adm' })).toBe(true);
  expect(item('f|fieldref|endswith: g').speaks({ f: 'Admin', g: 'adm' })).toBe(false);
  expect(item('f|fieldref|contains: a.b').speaks({ f: 'xyz', a: { b: 'Y' } })).toBe(true);
  expect(item('f|fieldref|cased: g').speaks({ f: 'A', g: 'a' })).toBe(false);
});

test('keywords are looked for in every value of the event, and nothing else is', () => {
  const { speaks } = asked("words: ['evil*svc', 4711]\ncondition: words");
  expect(speaks({ a: { b: ['x', 'an EVIL-svc here'] } })).toBe(true);
  expect(speaks({ a: 14711 })).toBe(true);
  expect(speaks({ 'evil-svc': 'x' })).toBe(false);
  const both = asked("words:\n  '|all': ['one', 'two']\ncondition: words");
  expect(both.speaks({ a: 'one', b: 'two' })).toBe(true);
  expect(both.speaks({ a: 'one' })).toBe(false);
});

const refusals: Readonly<Record<string, readonly [rule: string, code: string, reason: RegExp]>> = {
  'an unknown modifier': ['f|frobnicate: a', 'FB-SIGMA-INVALID', /no modifier `frobnicate`/],
  'all at a single value': ['f|all: a', 'FB-SIGMA-INVALID', /single value/],
  'an empty list': ['f: []', 'FB-SIGMA-INVALID', /empty/],
  're behind another modifier': ['f|contains|re: a', 'FB-SIGMA-INVALID', /`re` must be the first/],
  'i without re': ['f|i: a', 'FB-SIGMA-INVALID', /behind `re`/],
  'look-around': ["f|re: '(?=a)b'", 'FB-SIGMA-INVALID', /linear time/],
  'a back reference': ["f|re: '(a)\\1'", 'FB-SIGMA-INVALID', /linear time/],
  'a broken expression': ["f|re: '(a'", 'FB-SIGMA-INVALID', /regular expression/],
  'no network': ['f|cidr: 10.0.0.0/33', 'FB-SIGMA-INVALID', /no network/],
  'a text that should be a number': ['f|gt: many', 'FB-SIGMA-INVALID', /takes a number/],
  'base64 of a wildcard': ["f|base64: 'a*'", 'FB-SIGMA-INVALID', /wildcards/],
  'exists that is neither true nor false': ['f|exists: maybe', 'FB-SIGMA-INVALID', /true or false/],
  'a placeholder that nobody fills': ["f|expand: '%Admins%'", 'FB-SIGMA-PLACEHOLDER', /%Admins%/],
  'a map as a value': ['f: {a: 1}', 'FB-SIGMA-INVALID', /no text/],
  'contains of null': ['f|contains: null', 'FB-SIGMA-INVALID', /takes text/],
};
test.each(Object.entries(refusals))('%s is refused at its line', (_, [rule, code, reason]) => {
  const { report } = item(rule);
  expect(report).toMatchObject({ rules: 0, problems: [{ code, file: 'rule.yml', line: 7 }] });
  expect(report.problems[0]?.reason).toMatch(reason);
});
