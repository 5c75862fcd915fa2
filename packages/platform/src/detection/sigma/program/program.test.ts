import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../language/fold.ts';
import { dash, many, normalised, one, type Pattern } from '../language/pattern.ts';
import type { Expression, Test } from '../language/rule.ts';
import { Automaton } from './automaton.ts';
import { naively } from './naive.case.ts';
import { patternTest } from './pattern-test.ts';
import { Program } from './program.ts';

/** Few letters, so that things are equal by chance; with letters whose case is special. */
const letter = fc.constantFrom(
  'a',
  'A',
  'b',
  'B',
  'ß',
  'é',
  'É',
  'σ',
  'Σ',
  'ς',
  'K',
  'k',
  'ı',
  'I',
  'ſ',
  's',
  '-',
  '.',
  '*',
  '?',
  '1',
  '😀',
);
const word = fc.string({ unit: letter, maxLength: 4 });
const field = fc.constantFrom('a', 'b', 'c', 'a.b', 'a.b.c', 'b.c.d');
const scalar = fc.oneof(
  word,
  fc.integer({ min: -3, max: 30 }),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('7', '1e1', '007', '-2'),
);
const { value: eventValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { weight: 5, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
    {
      weight: 3,
      arbitrary: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'b.c', 'a.b'), tie('value'), { maxKeys: 3 }),
    },
  ),
}));
const event = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'a.b', 'a.b.c'), eventValue, { maxKeys: 4 });

const pattern: fc.Arbitrary<Pattern> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: word },
      { weight: 2, arbitrary: fc.constant(many) },
      fc.constant(one),
      fc.constant(dash),
    ),
    { maxLength: 5 },
  )
  .map(normalised);
const by = fc.constantFrom('lt', 'lte', 'gt', 'gte');
const asked: fc.Arbitrary<Test> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pattern'), pattern, cased: fc.boolean() }) },
  fc.record({ kind: fc.constant('number'), value: fc.integer({ min: -3, max: 30 }) }),
  fc.record({ kind: fc.constant('null') }),
  fc.record({ kind: fc.constant('exists') }),
  fc.record({
    kind: fc.constant('regex'),
    source: fc.constantFrom('^a', 'b$', 'a.b', '[ab]+', '1|2'),
    flags: fc.constantFrom('', 'i', 's', 'im'),
  }),
  fc.record({ kind: fc.constant('compare'), by, value: fc.integer({ min: -3, max: 30 }) }),
  fc.record({
    kind: fc.constant('fieldref'),
    other: field,
    starts: fc.boolean(),
    ends: fc.boolean(),
    cased: fc.boolean(),
  }),
) as fc.Arbitrary<Test>;
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    {
      weight: 4,
      arbitrary: fc
        .record({ field: fc.option(field, { nil: undefined, freq: 8 }), test: asked })
        // A keyword is a pattern, a number or a regular expression.
        .map(
          ({ field: name, test: of }): Expression =>
            name === undefined && (of.kind === 'pattern' || of.kind === 'regex')
              ? { kind: 'test', test: of }
              : { kind: 'test', field: name ?? 'a', test: of },
        ),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        parts: fc.array(tie('expression'), { minLength: 1, maxLength: 4 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('not' as const), part: tie('expression') }) },
  ),
}));

test('the compiled program says of every event what each rule by itself says', () => {
  fc.assert(
    fc.property(
      fc.array(expression, { minLength: 1, maxLength: 12 }),
      fc.array(event, { minLength: 1, maxLength: 6 }),
      (rules, events) => {
        const program = new Program(rules);
        // Several events one after the other: nothing of one may be left for the next.
        for (const one of events)
          expect(program.evaluate(one).matched).toEqual(
            rules.flatMap((rule, number) => (naively(rule, one) ? [number] : [])),
          );
      },
    ),
    { numRuns: 1500 },
  );
});

test('a pattern matches what the regular expression of the same meaning matches', () => {
  fc.assert(
    fc.property(pattern, fc.string({ unit: letter, maxLength: 12 }), fc.boolean(), (parts, text, cased) => {
      const expected = naively(
        { kind: 'test', field: 'a', test: { kind: 'pattern', pattern: parts, cased } },
        { a: text },
      );
      expect(patternTest(parts, cased).test(text, fold(text))).toBe(expected);
    }),
    { numRuns: 5000 },
  );
});

test('a pattern says the same of a long text, where it becomes a regular expression, as of a short one', () => {
  fc.assert(
    fc.property(pattern, fc.string({ unit: letter, maxLength: 12 }), (parts, text) => {
      const [short, long] = ['q', 'q'.repeat(5000)].map((before) => `${before}z${text}`);
      const opened: Pattern = normalised(['q', many, 'z', ...parts]);
      const says = (subject: string) => patternTest(opened, false).test(subject, fold(subject));
      expect(says(long ?? '')).toBe(says(short ?? ''));
    }),
    { numRuns: 500 },
  );
});

test('the automaton finds exactly the literals that the folded text includes', () => {
  fc.assert(
    fc.property(
      fc.array(
        word.filter((text) => text !== ''),
        { minLength: 1, maxLength: 20 },
      ),
      fc.string({ unit: letter, maxLength: 60 }),
      (words, text) => {
        const literals = words.map((each, id) => ({ text: fold(each), id }));
        const found = new Set<number>();
        new Automaton(literals).scan(text, (id) => found.add(id));
        expect([...found].sort((a, b) => a - b)).toEqual(
          literals.flatMap(({ text: each, id }) => (fold(text).includes(each) ? [id] : [])),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test('folding is what comparison without case is in Unicode: one unit for one, and the regular expression agrees', () => {
  for (let unit = 0; unit < 0xffff; unit += 1) {
    if (unit >= 0xd800 && unit <= 0xdfff) continue;
    const character = String.fromCharCode(unit);
    const folded = fold(character);
    expect(folded.length).toBe(1);
    if (folded !== character)
      expect(new RegExp(`^\\u{${unit.toString(16)}}$`, 'iu').test(folded), character).toBe(true);
  }
});

describe('what a hostile event costs is bounded', () => {
  const contains = (text: string): Expression => ({
    kind: 'test',
    field: 'f',
    test: { kind: 'pattern', pattern: [many, text, many], cased: false },
  });

  test('ten megabytes in one field', () => {
    const program = new Program([
      contains('needle'),
      { kind: 'test', field: 'f', test: { kind: 'regex', source: '(a+)+$', flags: '' } },
    ]);
    const { matched, truncated } = program.evaluate({ f: `${'a'.repeat(10_000_000)}NEEDLE` });
    expect(matched).toContain(0);
    expect(truncated).toBe(true);
  });

  test('a literal that occurs millions of times is tested once', () => {
    const program = new Program([
      { kind: 'test', field: 'f', test: { kind: 'pattern', pattern: [many, 'aa', one, 'b', many], cased: false } },
    ]);
    expect(program.evaluate({ f: 'a'.repeat(5_000_000) })).toEqual({ matched: [], truncated: true });
  });

  test('lists in lists, maps in maps, and a hundred thousand values', () => {
    const nested = (depth: number, wrap: (inner: unknown) => unknown) => {
      let value: unknown = 'x';
      for (let level = 0; level < depth; level += 1) value = wrap(value);
      return value;
    };
    const rules: Expression[] = [
      contains('x'),
      { kind: 'test', test: { kind: 'pattern', pattern: [many, 'x', many], cased: false } },
    ];
    const program = new Program(rules);
    expect(program.evaluate({ f: nested(50_000, (inner) => [inner]) }).truncated).toBe(true);
    expect(program.evaluate({ g: nested(50_000, (a) => ({ a })) }).matched).toEqual([1]);
    expect(program.evaluate({ f: Array.from({ length: 300_000 }, () => 'y') }).truncated).toBe(true);
  });

  test('keys of the prototype are no fields', () => {
    const there = (field: string): Expression => ({ kind: 'test', field, test: { kind: 'exists' } });
    const program = new Program([there('__proto__'), there('constructor.name'), there('toString')]);
    expect(program.evaluate({}).matched).toEqual([]);
    expect(program.evaluate(JSON.parse('{"__proto__": 1}') as object).matched).toEqual([0]);
  });
});
