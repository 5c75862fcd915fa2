import { readFile } from 'node:fs/promises';
import { FirebreakError } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';
import {
  allOf,
  anyOf,
  type Field,
  flags,
  keyedFields,
  momentFields,
  type Pattern,
  type Query,
  spanFields,
  textFields,
} from './syntax.ts';

const compare = fc.constantFrom('=' as const, '<' as const, '<=' as const, '>' as const, '>=' as const);
const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom('and', 'a b', '"', '\\', '*', '(x)', 'é', 'steps', 'kubernetes:Pod/a/b', ' '),
);
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  text.map((one) => [one]),
  fc.array(fc.oneof(text, fc.constant('')), { minLength: 2, maxLength: 4 }),
);
const keyed = fc.tuple(fc.constantFrom(...keyedFields), text).map(([name, key]): Field => ({ name, key }));
const textual = fc.constantFrom(...textFields.filter((name) => name !== 'class')).map((name): Field => ({ name }));
const number = fc.oneof(
  fc.integer({ min: -99_999, max: 99_999 }),
  fc.integer({ min: -99, max: 99 }).map((n) => n / 8),
);
const span = fc.record({
  count: fc.integer({ min: -9999, max: 9999 }),
  unit: fc.constantFrom('s' as const, 'm' as const, 'h' as const, 'd' as const, 'w' as const, 'y' as const),
});
const moment = fc.constantFrom({ at: '2026-01-31' }, { at: '2026-01-31T10:00:00Z' }, { at: '2026-01-31T10:00+02:00' });
const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constantFrom(...flags).map((flag): Query => ({ is: 'flag', flag })),
  fc
    .oneof(keyed, textual, fc.constantFrom<Field>({ name: 'impact' }, { name: 'age' }))
    .map((field): Query => ({ is: 'has', field })),
  fc
    .tuple(fc.oneof(keyed, textual), fc.array(pattern, { minLength: 1, maxLength: 3 }))
    .map(([field, values]): Query => ({ is: 'text', field, values })),
  fc
    .tuple(compare, number)
    .map(([how, value]): Query => ({ is: 'number', field: { name: 'impact' }, compare: how, value })),
  fc
    .tuple(keyed, fc.constantFrom('<' as const, '>=' as const), number)
    .map(([field, how, value]): Query => ({ is: 'number', field, compare: how, value })),
  fc
    .tuple(fc.constantFrom(...spanFields, 'expires' as const), compare, span)
    .map(([field, how, value]): Query => ({ is: 'time', field, compare: how, value })),
  fc
    .tuple(fc.constantFrom(...momentFields), compare, moment)
    .map(([field, how, value]): Query => ({ is: 'time', field, compare: how, value })),
  fc.constant<Query>({ is: 'time', field: 'last-used', compare: '=', value: 'never' }),
);
const { asked } = fc.letrec<{ asked: Query }>((tie) => {
  const several = fc.array(tie('asked'), { minLength: 2, maxLength: 3 });
  return {
    asked: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      several.map(allOf),
      several.map(anyOf),
      tie('asked').map((of): Query => ({ is: 'not', of })),
      fc
        .tuple(
          fc.constantFrom('reaches' as const, 'reached-by' as const),
          tie('asked'),
          fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
        )
        .map(
          ([direction, of, within]): Query => ({
            is: 'reach',
            direction,
            of,
            ...(within === undefined ? {} : { within }),
          }),
        ),
      fc
        .tuple(pattern, fc.constantFrom('to' as const, 'from' as const), tie('asked'))
        .map(([type, direction, of]): Query => ({ is: 'edge', type, direction, of })),
    ),
  };
});

const relations = (query: Query): number => {
  if (query.is === 'and' || query.is === 'or') return query.of.reduce((sum, each) => sum + relations(each), 0);
  if (query.is === 'not') return relations(query.of);
  return query.is === 'reach' || query.is === 'edge' ? 1 + relations(query.of) : 0;
};

test('what is printed is read back as the same query', () => {
  fc.assert(
    fc.property(
      asked.filter((query) => relations(query) <= 16),
      (query) => {
        expect(parseQuery(printQuery(query))).toEqual(query);
      },
    ),
    { numRuns: 500 },
  );
});

test('whatever is written, it is a query or an error that points into it', () => {
  const piece = fc.oneof(
    fc.string({ maxLength: 4 }),
    fc.constantFrom(
      '(',
      ')',
      'and ',
      'or ',
      'not ',
      'class=model ',
      'reaches(',
      'edge ',
      'to ',
      '"',
      '=',
      'age>',
      '9d ',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
      (written) => {
        try {
          const query = parseQuery(written);
          expect(parseQuery(printQuery(query))).toEqual(query);
        } catch (error) {
          if (!(error instanceof FirebreakError)) throw error;
          expect(error.code).toBe('FB-QUERY-INVALID');
          expect(error.detail.position).toBeGreaterThanOrEqual(0);
          expect(error.detail.position).toBeLessThanOrEqual(written.length);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test.each([
  ['default', 'jewel'],
  ['class=model', 'class = model'],
  ['kind=Secret,namespace=prod;class=agent', 'kind = Secret and namespace = prod or class = agent'],
  ['label:app.kubernetes.io/name=llm', 'label:app.kubernetes.io/name = llm'],
  ['label:"odd key" = 1', 'label:"odd key" = 1'],
  ['name=odd\\,na\\;me\\*', 'name = "odd,na;me\\*"'],
  [
    'not (class = identity and (kind = User or owner != "ml platform"))',
    'not (class = identity and (kind = User or not owner = "ml platform"))',
  ],
  ['not not jewel', 'jewel'],
  ['kind in (Secret, "Config*", a*)', 'kind in (Secret, Config*, a*)'],
  ['about.impact >= 7 and about.permittedUse = research', 'impact >= 7 and permitted-use = research'],
  [
    'reaches(jewel) within 3 steps and edge POD_* to class=workload',
    'reaches(jewel) within 3 steps and edge POD_* to (class = workload)',
  ],
  [
    'idle > 90d and expires < 2026-12-31 or last-used = never',
    'idle > 90d and expires < 2026-12-31 or last-used = never',
  ],
  ['detail:replicas > 3', 'detail:replicas > 3'],
])('%s', (written, printed) => {
  expect(printQuery(parseQuery(written))).toBe(printed);
});

test.each([
  ['', 1, 'A term is missing'],
  ['class=model and', 16, 'A term is missing'],
  ['colour=red', 1, 'is no field'],
  ['class=modell', 7, 'no such class'],
  ['class=model kind=x', 13, '"and", "or" or the end'],
  ['(class=model', 13, 'closing bracket'],
  ['name="x', 6, 'not closed'],
  ['age > 2026-01-01', 7, 'a duration such as'],
  ['created > 9d', 11, 'use age'],
  ['age = never', 7, '"never" stands only'],
  ['class > model', 9, 'compared by ='],
  ['impact = high', 10, 'a number is expected'],
  ['reaches jewel', 9, 'a bracket is expected'],
  ['reaches(jewel) within 0 steps', 23, 'a number from 1'],
  ['edge POD_EXEC class=model', 15, '"to" or "from"'],
  ['label: = x', 8, 'a key is missing'],
  ['name = x\\', 9, 'Nothing follows'],
  ['age in (9d)', 8, 'is compared by'],
])('%j is refused at %i', (written, position, why) => {
  expect(() => parseQuery(written)).toThrow(
    expect.objectContaining({ code: 'FB-QUERY-INVALID', detail: { query: written, position: position - 1 } }),
  );
  expect(() => parseQuery(written)).toThrow(why);
});

test('size and depth are bounded', () => {
  expect(() => parseQuery(`${'('.repeat(50)}jewel${')'.repeat(50)}`)).not.toThrow();
  expect(() => parseQuery(`${'('.repeat(51)}jewel${')'.repeat(51)}`)).toThrow('more than 50 deep');
  expect(() => parseQuery(`${'edge A to '.repeat(60)}jewel`)).toThrow('FB-QUERY-INVALID');
  expect(() => parseQuery(`${'not '.repeat(1500)}jewel`)).not.toThrow();
  expect(() => parseQuery(Array(1001).fill('jewel').join(';'))).toThrow('more than 1000 terms');
  expect(() => parseQuery(Array(17).fill('reaches(jewel)').join(';'))).toThrow('more than 16 relations');
  expect(() => parseQuery('x'.repeat(8001))).toThrow('longer than 8000');
});

test('the examples of docs/query.md are queries', async () => {
  const page = await readFile(new URL('../../../../../docs/query.md', import.meta.url), 'utf8');
  const [examples = ''] = page.split('## Grammar');
  const lines = examples.split('\n').filter((line) => line.startsWith('    '));
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) expect(() => parseQuery(line), line).not.toThrow();
});
