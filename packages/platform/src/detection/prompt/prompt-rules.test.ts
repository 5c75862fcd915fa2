import { describe, expect, test } from 'vitest';
import { shippedPromptModel, shippedPromptRules } from './index.ts';
import { PhraseSearch } from './phrase-search.ts';
import { PromptJudge } from './prompt-judge.ts';
import { readPromptPack } from './rule-pack.ts';

const rules = shippedPromptRules();

describe.each(rules.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  const search = new PhraseSearch([rule]);
  test('finds its positive examples, and has some', () => {
    expect(rule.positive.length).toBeGreaterThan(1);
    expect(rule.positive.filter((text) => search.find(text).hits.length === 0)).toEqual([]);
  });
  test('passes its negative examples over, and has some', () => {
    expect(rule.negative.length).toBeGreaterThan(1);
    expect(rule.negative.filter((text) => search.find(text).hits.length > 0)).toEqual([]);
  });
  test('is tagged', () => {
    expect(rule.tags.every((tag) => /^(?:llm\d\d\.2025|atlas\.aml\.t\d{4}|asi\.asi\d\d)$/.test(tag))).toBe(true);
    expect(rule.tags).toContain('llm01.2025');
  });
});

describe('A pack', () => {
  const rule = (text: string) =>
    `pack: mine\nrules:\n  - id: good\n    title: T\n    weight: 2\n    phrases: [abra cadabra]\n${text}`;

  test('that is bad in one rule loads the others, and says line and reason', () => {
    const { rules: read, problems } = readPromptPack(
      'mine.yaml',
      rule("  - id: bad\n    title: T\n    weight: 2\n    needs: [abra]\n    patterns: ['(?=look)']\n"),
    );
    expect(read.map(({ id }) => id)).toEqual(['mine/good']);
    expect(problems).toEqual([
      { file: 'mine.yaml', line: 11, reason: expect.stringContaining('A pattern cannot be read') },
    ]);
  });

  test.each([
    ['weight: -1\n    phrases: [abc]', 'weight'],
    ["weight: 1\n    patterns: ['abc']", 'needs'],
    ["weight: 1\n    needs: [abc]\n    patterns: ['x*']", 'every text'],
    ["weight: 1\n    needs: [abc]\n    patterns: ['(?:a{1,100}){1,100}']", 'pattern'],
    ['weight: 1', 'neither phrases nor patterns'],
    ['weight: 1\n    phrases: [ab]', 'characters long'],
    ['weight: 1\n    phrases: [abc]\n    where: nowhere', 'where'],
    ['weight: 1\n    phrases: [abc]\n    sorcery: yes', 'sorcery'],
  ])('is refused with %j', (body, reason) => {
    const { problems } = readPromptPack('mine.yaml', rule(`  - id: bad\n    title: T\n    ${body}\n`));
    expect(problems).toHaveLength(1);
    expect(problems[0]?.reason).toContain(reason);
  });

  test('of one’s own speaks, and only where it is meant to', () => {
    const own = readPromptPack('mine.yaml', rule('    where: data\n')).rules;
    const judge = new PromptJudge(own, shippedPromptModel());
    expect(judge.judge('He said abra  cadabra.', 'tool').signals.map(({ rule: id }) => id)).toContain('mine/good');
    expect(judge.judge('He said abra  cadabra.', 'user').signals).toEqual([]);
  });
});
