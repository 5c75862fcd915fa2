// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions are GitHub's own
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluate, truthOf, type Value } from './condition.ts';
import { conditionOf, embeddedIn, emitted, parseExpression, references } from './expression.ts';

test.each([
  ['github.event.issue.title', ['github.event.issue.title']],
  ["github['event']['issue'].title", ['github.event.issue.title']],
  ['github.event.commits[0].message', ['github.event.commits.*.message']],
  ["secrets[format('{0}', inputs.x)]", ['secrets.*', 'inputs.x']],
  ['toJSON(github.event)', ['github.event']],
  [
    '(github.event.pull_request || github.event.issue).number',
    ['github.event.pull_request.number', 'github.event.issue.number'],
  ],
  ["contains(github.event.pull_request.labels.*.name, 'safe')", ['github.event.pull_request.labels.*.name']],
  ["!cancelled() && github.ref == 'refs/heads/main'", ['github.ref']],
  ['true', []],
  ["'it''s' == env.true", ['env.true']],
  ['-1.5e3 < matrix.n', ['matrix.n']],
])('%s reads %j', (source, paths) => expect(references(parseExpression(source))).toEqual(paths));

test.each(['', 'a b', 'f(', '(a', 'a.', "'open", 'a ++ b', 'a[', '}}', 'a ? b : c', 'a.1b'])(
  '%j is no expression',
  (source) => expect(parseExpression(source)).toBeUndefined(),
);

test.each([
  ['a.b', ['a.b']],
  ["a.b == 'x'", []],
  ['contains(a.b, c)', []],
  ['toJSON(a.b)', ['a.b']],
  ['a.b || c.d', ['a.b', 'c.d']],
  ['a.b && c.d', ['c.d']],
  ['!a.b', []],
  ["format('{0}', a.b)", ['a.b']],
])('of %s comes out %j', (source, paths) => expect(emitted(parseExpression(source))).toEqual(paths));

test('expressions in a text are where they stand, and braces in a string do not end them', () => {
  const text = "a ${{ x.y }} b ${{ format('}}', z) }} c";
  expect(embeddedIn(text).map(({ source, offset }) => [source, text.slice(offset, offset + source.length)])).toEqual([
    ['x.y', 'x.y'],
    ["format('}}', z)", "format('}}', z)"],
  ]);
});

test('a condition with text around its braces is always true', () => {
  const truth = (condition: string) => truthOf(evaluate(conditionOf(condition), () => false));
  expect(truth('${{ false }} && github.ref')).toBe(true);
  expect(truth('${{ github.ref }}')).toBe(false);
  expect(truth('github.ref')).toBe(false);
});

test.each<[string, boolean | undefined]>([
  ["known == 'A'", true],
  ["known != 'a'", false],
  ["unknown == 'a'", undefined],
  ["unknown == 'a' && known == 'b'", false],
  ["unknown == 'a' || known == 'a'", true],
  ["!(unknown == 'a')", undefined],
  ["startsWith(known, 'A')", true],
  ["always() && known == 'a'", true],
  ['failure()', undefined],
  ['yes == 1', true],
])('%s is %j', (condition, truth) => {
  const values: Record<string, Value> = { known: 'a', yes: true };
  expect(truthOf(evaluate(conditionOf(condition), (path) => values[path]))).toBe(truth);
});

test('property: three-valued logic never contradicts what knowing everything would say', () => {
  const names = ['a', 'b', 'c'] as const;
  const condition: fc.Arbitrary<string> = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.constantFrom(...names), fc.constantFrom("a == 'x'", "b != 'y'", 'true', 'false')),
    node: fc.oneof(
      { maxDepth: 4 },
      tie('leaf'),
      tie('node').map((inner) => `!(${inner as string})`),
      fc
        .tuple(tie('node'), fc.constantFrom('&&', '||'), tie('node'))
        .map(([l, o, r]) => `(${l as string} ${o} ${r as string})`),
    ),
  })).node as fc.Arbitrary<string>;
  const world = fc.record({ a: fc.constantFrom('x', 'y', ''), b: fc.constantFrom('x', 'y', ''), c: fc.boolean() });
  fc.assert(
    fc.property(condition, world, fc.subarray([...names]), (text, all, shown) => {
      const expression = conditionOf(text);
      const whole = truthOf(evaluate(expression, (path) => all[path as 'a']));
      const partly = truthOf(
        evaluate(expression, (path) => (shown.includes(path as 'a') ? all[path as 'a'] : undefined)),
      );
      expect(partly === undefined || partly === whole).toBe(true);
    }),
  );
});

test('property: no text breaks the parser, and it ends', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'ab.()[]!&|=<>\'"*,0 ${}') }), (text) => {
      for (const { expression } of embeddedIn(`\${{ ${text} }}`)) references(expression);
      parseExpression(text);
    }),
    { numRuns: 1000 },
  );
  expect(parseExpression(`${'('.repeat(10_000)}a`)).toBeUndefined();
  expect(parseExpression('!'.repeat(15_000))).toBeUndefined();
  expect(parseExpression(`${'!'.repeat(15_000)}a`)).toBeUndefined();
  for (const operator of ['||', '&&', '==', '<'])
    expect(parseExpression(Array(5000).fill('a').join(operator))).toBeUndefined();
  // What people write is far below.
  expect(references(parseExpression(Array(400).fill('a').join('||')))).toHaveLength(400);
});
