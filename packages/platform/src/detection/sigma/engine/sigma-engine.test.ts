import { describe, expect, test } from 'vitest';
import { anySource, asked, item, ruleText } from '../testing/one-rule.ts';
import { SigmaEngine } from './sigma-engine.ts';

const rule = (id: string, value: string, more = '') =>
  `title: ${id}\nid: ${id}\nlogsource: {product: test}\n${more}detection:\n  s: {f: ${value}}\n  condition: s\n`;
const loaded = (...texts: string[]) => {
  const engine = new SigmaEngine({ sources: [anySource] });
  const report = engine.load([{ file: 'r.yml', text: texts.join('---\n') }]);
  return { engine, report, ids: (event: object) => engine.judge(event, { source: 'any' }).rules.map(({ id }) => id) };
};

describe('conditions', () => {
  const selections = 'x1: {a: 1}\nx2: {a: 2}\ny_main: {b: 1}\n_z: {c: 1}\n';
  test.each([
    ['x1 or x2 and y_main', { a: 1 }, true],
    ['(x1 or x2) and y_main', { a: 1 }, false],
    ['not x1 and y_main', { b: 1 }, true],
    ['not (x1 and y_main)', { a: 1, b: 1 }, false],
    ['1 of x*', { a: 2 }, true],
    ['all of x*', { a: [1, 2] }, true],
    ['all of x*', { a: 1 }, false],
    ['1 of them', { c: 1 }, false],
    ['all of them', { a: [1, 2], b: 1 }, true],
    ['any of *_main', { b: 1 }, true],
    ['x1 and not 1 of y_*', { a: 1, b: 1 }, false],
    ['2 of them', { a: 1, b: 1 }, true],
    ['2 of them', { a: 1 }, false],
    ['x1 AND NOT y_main', { a: 1 }, true],
    ['_z', { c: 1 }, true],
  ])('%s', (condition, event, expected) => {
    const { report, speaks } = asked(`${selections}condition: ${condition}`);
    expect(report.problems).toEqual([]);
    expect(speaks(event)).toBe(expected);
  });
  test('a list of conditions is an or', () => {
    const { speaks } = asked(`${selections}condition: [x1, y_main]`);
    expect([speaks({ a: 1 }), speaks({ b: 1 }), speaks({ c: 1 })]).toEqual([true, true, false]);
  });
  test.each([
    ['x1 and', 'ends where'],
    ['x1 x2', 'should end'],
    ['(x1', 'not closed'],
    ['x1)', 'should end'],
    ['nobody', 'no such selection'],
    ['1 of nobody*', 'no selection has such a name'],
    ['some of x*', 'no quantifier'],
    ['9 of x*', 'there are 2'],
    ['x1 | count() > 3', 'correlation rules'],
    ['x1 & x2', 'cannot be read'],
    ['', 'not text|ends where'],
  ])('refused: %s', (condition, reason) => {
    const { report } = asked(`${selections}condition: '${condition}'`);
    expect(report).toMatchObject({ rules: 0, problems: [{ code: 'FB-SIGMA-INVALID' }] });
    expect(report.problems[0]?.reason).toMatch(new RegExp(reason));
  });
  test('a selection that is a list of maps is an or of ands', () => {
    const { speaks } = asked('s:\n  - {a: 1, b: 1}\n  - {c: 1}\ncondition: s');
    expect([speaks({ a: 1 }), speaks({ a: 1, b: 1 }), speaks({ c: 1 })]).toEqual([false, true, true]);
  });
});

describe('loading', () => {
  test('a bad rule is refused with its line, and the others are loaded', () => {
    const { report, ids } = loaded(
      rule('one', 'a'),
      'title: bad\nlogsource: {product: test}\ndetection:\n  s: {f|frob: a}\n  condition: s\n',
      'a: [broken\n',
      rule('two', 'b'),
    );
    expect(report).toMatchObject({
      rules: 2,
      problems: [
        { code: 'FB-YAML-INVALID', file: 'r.yml' },
        { code: 'FB-SIGMA-INVALID', file: 'r.yml', line: 11 },
      ],
    });
    expect([...ids({ f: 'a' }), ...ids({ f: 'b' })]).toEqual(['one', 'two']);
  });
  test.each([
    ['no title', 'logsource: {product: test}\ndetection: {s: {a: 1}, condition: s}\n', /no `title`/],
    ['no log source', 'title: x\ndetection: {s: {a: 1}, condition: s}\n', /no `logsource`/],
    [
      'an empty log source',
      'title: x\nlogsource: {definition: x}\ndetection: {s: {a: 1}, condition: s}\n',
      /neither product/,
    ],
    ['no condition', 'title: x\nlogsource: {product: test}\ndetection: {s: {a: 1}}\n', /no `condition`/],
    ['an empty selection', 'title: x\nlogsource: {product: test}\ndetection: {s: {}, condition: s}\n', /empty/],
    ['no map', '- a\n- b\n', /no map/],
    ['the same key twice', 'title: x\ntitle: y\n', /same key twice/],
    [
      'a correlation of nobody',
      'title: x\nid: c\ncorrelation: {type: event_count, rules: [nobody], timespan: 5m, condition: {gte: 1}}\n',
      /no such rule is loaded/,
    ],
    [
      'a correlation of itself',
      'title: x\nid: c\ncorrelation: {type: event_count, rules: [c], timespan: 5m, condition: {gte: 1}}\n',
      /made of itself/,
    ],
    [
      'an unknown type',
      'title: x\ncorrelation: {type: event_sum, rules: [a], timespan: 5m, condition: {gte: 1}}\n',
      /is none of/,
    ],
    [
      'a strange time',
      'title: x\ncorrelation: {type: event_count, rules: [a], timespan: 5 minutes, condition: {gte: 1}}\n',
      /timespan/,
    ],
    [
      'no field to count',
      'title: x\ncorrelation: {type: value_count, rules: [a], timespan: 5m, condition: {gte: 1}}\n',
      /needs `field`/,
    ],
  ])('refused: %s', (_, text, reason) => {
    const { report } = loaded(text);
    expect(report.rules + report.correlations).toBe(0);
    expect(report.problems[0]?.reason).toMatch(reason);
  });
  test('an id is taken once', () => {
    const { report } = loaded(rule('one', 'a'), rule('one', 'b'));
    expect(report).toMatchObject({ rules: 1, problems: [{ code: 'FB-SIGMA-DUPLICATE' }] });
  });
  test('a level that does not exist is a warning', () => {
    const { report } = loaded(rule('one', 'a', 'level: urgent\n'));
    expect(report).toMatchObject({ rules: 1, problems: [{ warning: true, line: 4 }] });
  });
  test('rules come and go while events pass', () => {
    const { engine, ids } = loaded(rule('one', 'a'));
    engine.put({ file: 'more.yml', text: rule('two', 'a') });
    expect(ids({ f: 'a' })).toEqual(['one', 'two']);
    engine.put({ file: 'more.yml', text: rule('two', 'b') });
    expect(ids({ f: 'a' })).toEqual(['one']);
    engine.remove('r.yml');
    expect([...ids({ f: 'a' }), ...ids({ f: 'b' })]).toEqual(['two']);
  });
  test('a rule is asked of the log sources that it names, and of no other', () => {
    const other = rule('other', 'a').replace('product: test', 'product: other');
    const narrower = rule('narrower', 'a').replace('product: test', 'product: test, service: s');
    const { ids, engine } = loaded(rule('one', 'a'), other, narrower);
    expect(ids({ f: 'a' })).toEqual(['one']);
    expect(engine.judge({ f: 'a' })).toMatchObject({ source: undefined, rules: [] });
  });
});

describe('filters', () => {
  const filter = (rules: string, condition = 'not s') =>
    `title: filter\nlogsource: {product: test}\nfilter:\n  rules: ${rules}\n  s: {u: admin}\n  condition: ${condition}\n`;
  test('are joined to the rules that they name', () => {
    const { ids, report } = loaded(rule('one', 'a'), rule('two', 'a'), filter('[one]'));
    expect(report).toMatchObject({ rules: 2, filters: 1, problems: [] });
    expect(ids({ f: 'a', u: 'admin' })).toEqual(['two']);
    expect(ids({ f: 'a', u: 'x' })).toEqual(['one', 'two']);
  });
  test('or to all of the log source', () => {
    expect(loaded(rule('one', 'a'), filter('any')).ids({ f: 'a', u: 'admin' })).toEqual([]);
  });
  test('one that negates nothing is a warning: it keeps only what it selects', () => {
    const { ids, report } = loaded(rule('one', 'a'), filter('[one]', 's'));
    expect(report.problems).toMatchObject([{ warning: true }]);
    expect(ids({ f: 'a', u: 'admin' })).toEqual(['one']);
  });
});

describe('rule bombs cost a refusal, not time', () => {
  const many = (count: number, text: string) => Array.from({ length: count }, () => text).join('');
  test.each([
    ['a hundred thousand wildcards', () => item(`f: '${many(100_000, 'a*')}'`), 'FB-SIGMA-BOUND'],
    ['a value of a hundred thousand characters', () => item(`f|contains: '${many(100_000, 'a')}'`), 'FB-SIGMA-BOUND'],
    ['repetitions of repetitions', () => item("f|re: '((a{1000}){1000}){1000}'"), 'FB-SIGMA-INVALID'],
    ['repetitions that just fit', () => item("f|re: '(((a{1,10}){1,10}){1,9})+'"), undefined],
    ['a long alternation', () => item(`f|re: '${many(5000, 'a|')}b'`), 'FB-SIGMA-BOUND'],
    ['dashes without end before base64', () => item(`f|windash|base64: '${many(20, ' -a')}'`), 'FB-SIGMA-BOUND'],
    ['thirty thousand values', () => item(`f: [${many(30_000, 'a, ')}b]`), 'FB-SIGMA-BOUND'],
    ['parentheses', () => asked(`s: {f: a}\ncondition: ${many(5000, '(')}s${many(5000, ')')}`), 'FB-SIGMA-BOUND'],
    ['not not not', () => asked(`s: {f: a}\ncondition: ${many(2000, 'not ')}s`), 'FB-SIGMA-BOUND'],
    ['a condition of megabytes', () => asked(`s: {f: a}\ncondition: ${many(60_000, 's or ')}s`), 'FB-SIGMA-BOUND'],
    ['lists in lists', () => asked(`s: ${many(60, '[')}a${many(60, ']')}\ncondition: s`), 'FB-SIGMA-BOUND'],
    ['deep flow maps', () => item(`f: ${many(3000, '{a: ')}1${many(3000, '}')}`), 'FB-YAML-BOMB'],
  ] as const)('%s', (_, make, code) => {
    const { report } = make();
    if (code === undefined) expect(report.problems).toEqual([]);
    else expect(report).toMatchObject({ rules: 0, problems: [{ code }] });
  });
  test('aliases of aliases', () => {
    const lines = Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}, *a${n}]`);
    const { report } = loaded(`a0: &a0 [x, x]\n${lines.join('\n')}\n`);
    expect(report).toMatchObject({ rules: 0, problems: [{ code: 'FB-YAML-BOMB' }] });
  });
  test('a regular expression that would backtrack for ever elsewhere', () => {
    expect(item("f|re: '^(a+)+$'").speaks({ f: `${'a'.repeat(200_000)}!` })).toBe(false);
  });
  test('bytes that are no UTF-8 arrive as replacement characters, and are text like any other', () => {
    const text = Buffer.concat([Buffer.from('evil'), Buffer.from([0xff, 0xfe]), Buffer.from('.exe')]).toString('utf8');
    expect(item('f|startswith: evil').speaks({ f: text })).toBe(true);
    expect(item("f: 'evil??.exe'").speaks({ f: text })).toBe(true);
    expect(item("f|contains: 'l'").speaks({ f: '\ud800l\udc00' })).toBe(true);
  });
  test('two hundred rules of a hundred patterns are compiled, and asked', () => {
    const texts = Array.from({ length: 200 }, (_, n) =>
      rule(`r${n}`, `['${Array.from({ length: 100 }, (_, v) => `v${n}x${v}*`).join("', '")}']`),
    );
    const { ids } = loaded(...texts);
    expect(ids({ f: 'V17x42 and more' })).toEqual(['r17']);
  });
});

test('the text of a rule, as tests write it, is a rule', () => {
  expect(loaded(ruleText('s: {f: a}\ncondition: s')).ids({ f: 'a' })).toEqual(['rule']);
});
