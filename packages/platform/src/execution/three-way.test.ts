import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pointer, threeWay, withValue } from './three-way.ts';

const said = (before: unknown, left: unknown, now: unknown) => {
  const { merged, differences } = threeWay(before, left, now);
  return { merged, said: differences.map(({ is, path }) => `${is} ${pointer(path)}`).sort() };
};

test('what only we changed is taken back, what only others changed stays, what both changed is a conflict', () => {
  const before = { a: 1, b: 1, c: 1, d: { e: 1 } };
  const left = { a: 2, b: 1, c: 2, d: { e: 2, f: 1 } };
  const now = { a: 2, b: 3, c: 3, d: { e: 2, f: 1, g: 1 } };
  expect(said(before, left, now)).toEqual({
    merged: { a: 1, b: 3, c: 3, d: { e: 1, g: 1 } },
    said: ['conflict /c', 'ours /a', 'ours /d/e', 'ours /d/f', 'theirs /b', 'theirs /d/g'],
  });
});

test('elements of lists are known by what they are, not by where they stand', () => {
  const subject = (name: string) => ({ kind: 'ServiceAccount', namespace: 'ml', name });
  const [a, b, c] = ['a', 'b', 'c'].map(subject);
  // we took b out, somebody put c in front
  expect(said([a, b], [a], [c, a])).toEqual({
    merged: [c, a, b],
    said: ['ours /ServiceAccount ml b', 'theirs /ServiceAccount ml c'],
  });
  expect(said(['x', 'y'], ['x'], ['z', 'x'])).toEqual({ merged: ['z', 'x', 'y'], said: ['ours /"y"', 'theirs /"z"'] });
  // who cannot be told apart is one value
  expect(said([1, 1], [1], [1, 2, 2]).said).toEqual(['conflict ']);
});

test('a policy in a text is compared inside, and keeps its text where nothing is ours', () => {
  const text = (...sids: string[]) => JSON.stringify({ Statement: sids.map((Sid) => ({ Sid, Effect: 'Allow' })) });
  const { merged, said: found } = said(
    { trust: text('own', 'ci') },
    { trust: text('own') },
    { trust: text('own', 'new') },
  );
  expect(found).toEqual(['ours /trust/Statement/ci', 'theirs /trust/Statement/new']);
  expect(JSON.parse((merged as { trust: string }).trust).Statement.map(({ Sid }: { Sid: string }) => Sid)).toEqual([
    'own',
    'new',
    'ci',
  ]);
  const spaced = '{ "a": 1 }';
  expect(threeWay({ t: spaced }, { t: spaced }, { t: '{ "a": 2 }' }).merged).toEqual({ t: '{ "a": 2 }' });
});

test('names that mean something to JavaScript are fields like others', () => {
  const [before, left, now] = ['{"__proto__":1}', '{"__proto__":2}', '{"__proto__":2,"constructor":3}'].map((text) =>
    JSON.parse(text),
  );
  const { merged } = threeWay(before, left, now);
  expect(JSON.stringify(merged)).toBe('{"__proto__":1,"constructor":3}');
});

const leaf = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom('a', 'b', '{"x":1}', '{"x":2,"y":[1]}'),
  fc.constant(null),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'name'), tie('value'), { maxKeys: 3 }),
  ),
})).value;
const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null));

test('nobody else: back to before. Not we: as it is. Asked again: the same', () => {
  fc.assert(
    fc.property(json, json, json, (before, left, now) => {
      const meanings = (value: unknown) => JSON.stringify(value, (_, inner) => inner);
      expect(new Set(threeWay(before, left, left).differences.map(({ is }) => is)).has('conflict')).toBe(false);
      expect(threeWay(left, left, now).merged).toEqual(now);
      const once = threeWay(before, left, now);
      const again = threeWay(before, left, once.merged);
      expect(meanings(plain(again.merged))).toBe(meanings(plain(once.merged)));
      expect(again.differences.filter(({ is }) => is === 'ours')).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

test('of flat objects each field follows the rule', () => {
  const fields = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 0, max: 2 }));
  fc.assert(
    fc.property(fields, fields, fields, (before, left, now) => {
      const merged = threeWay(before, left, now).merged as Record<string, number>;
      for (const name of ['a', 'b', 'c', 'd'])
        expect(merged[name], name).toBe(left[name] === now[name] ? before[name] : now[name]);
    }),
  );
});

test('a value put at the place of a difference makes that difference', () => {
  const left = { list: [{ name: 'a', v: 1 }], text: '{"x":1}' };
  expect(withValue(left, ['list', 'a', 'v'], 2)).toEqual({ list: [{ name: 'a', v: 2 }], text: '{"x":1}' });
  expect(withValue(left, ['text', 'x'], 2)).toEqual({ ...left, text: '{"x":2}' });
  expect(withValue(left, ['list'], undefined)).toEqual({ text: '{"x":1}' });
  expect(withValue(left, ['new', 'inner'], 1)).toEqual({ ...left, new: { inner: 1 } });
});
