import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allows, attributes, type Rule, rulesOf, wishesOf, wishInWords } from './trial.ts';

const rule = (part: Partial<Rule>): Rule => ({
  verbs: [],
  apiGroups: [],
  resources: [],
  resourceNames: [],
  nonResourceURLs: [],
  ...part,
});
const some = (...values: string[]) => fc.subarray(values, { minLength: 1 });
const anyRule = fc.record({
  verbs: some('get', 'list', 'create', '*'),
  apiGroups: some('', 'apps', '*'),
  resources: some('pods', 'pods/exec', '*/scale', 'secrets', '*'),
  resourceNames: fc.subarray(['one', 'two']),
  nonResourceURLs: fc.constant<string[]>([]),
});

test('every wish is one that the rules allow', () => {
  fc.assert(
    fc.property(fc.array(anyRule, { maxLength: 3 }), (rules) => {
      for (const wish of wishesOf(rules, true)) expect(allows(rules, wish), JSON.stringify(wish)).toBe(true);
    }),
  );
});

test('there is a wish wherever a rule grants anything', () => {
  fc.assert(
    fc.property(anyRule, (each) => {
      const grants = each.resourceNames.length === 0 || each.verbs.some((verb) => verb !== 'create');
      if (grants) expect(wishesOf([each], false).length).toBeGreaterThan(0);
    }),
  );
});

test('names never allow a plain create, and do allow one below the object', () => {
  const names = { verbs: ['create'], apiGroups: [''], resourceNames: ['robot'] };
  expect(wishesOf([rule({ ...names, resources: ['serviceaccounts'] })], false)).toEqual([]);
  const [wish] = wishesOf([rule({ ...names, resources: ['serviceaccounts/token'] })], false);
  expect(wish).toEqual({ verb: 'create', group: '', resource: 'serviceaccounts', subresource: 'token', name: 'robot' });
});

test('a URL is asked for only where it can be granted', () => {
  const rules = [rule({ verbs: ['get'], nonResourceURLs: ['/metrics', '/debug/*'] })];
  expect(wishesOf(rules, false)).toEqual([]);
  const wishes = wishesOf(rules, true);
  expect(wishes).toEqual([
    { verb: 'get', path: '/metrics' },
    { verb: 'get', path: '/debug/firebreak' },
  ]);
  expect(wishes.every((wish) => allows(rules, wish))).toBe(true);
  expect(wishes.map((wish) => attributes(wish, undefined))[0]).toEqual({
    nonResourceAttributes: { verb: 'get', path: '/metrics' },
  });
});

test('a role of thousands of combinations stays bounded', () => {
  const many = Array.from({ length: 500 }, (_, index) => `thing${index}`);
  expect(wishesOf([rule({ verbs: ['get'], apiGroups: [''], resources: many })], false)).toHaveLength(200);
});

test('words and attributes', () => {
  const wish = { verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale', name: 'x' };
  expect(wishInWords(wish, 'ml')).toBe('get deployments/scale.apps x in ml');
  expect(attributes(wish, 'ml')).toEqual({
    resourceAttributes: {
      verb: 'get',
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      name: 'x',
      namespace: 'ml',
    },
  });
});

test('a hostile role is no rule', () => {
  expect(rulesOf({ rules: [null, 7, { verbs: 'get', resources: [1, 'pods'] }] })).toEqual([
    rule({}),
    rule({}),
    rule({ resources: ['pods'] }),
  ]);
});
