/**
 * Two other implementations say the same: rsigma on events as they are, and pySigma (the reference) over SQLite on flat ones.
 * Where they do not, the difference is listed here by name, with the reason; nothing else may differ.
 */
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { seeded } from '../../bench/random.ts';
import { readRuleFolder } from '../../packages/platform/src/cli/rule-folder.ts';
import { SigmaEngine } from '../../packages/platform/src/detection/sigma/engine/sigma-engine.ts';
import { absent, cases } from '../../packages/platform/src/detection/sigma/language/modifiers.case.ts';
import { readRules } from '../../packages/platform/src/detection/sigma/language/read-rules.ts';
import type { DetectionRule } from '../../packages/platform/src/detection/sigma/language/rule.ts';
import { Program } from '../../packages/platform/src/detection/sigma/program/program.ts';
import { anySource } from '../../packages/platform/src/detection/sigma/testing/one-rule.ts';
import { type AskedEvent, askPysigma, askRsigma, correlateWithRsigma } from './peers.ts';
import { labelledEvents, shared, sharedEngine, sharedRules } from './shared-corpus.ts';
import { type FlatEvent, syntheticEvents } from './synthetic-events.ts';

const ownFolder = new URL('../../content/rules/', import.meta.url).pathname;
/** One text a rule; correlations are compared by themselves. */
let texts: readonly string[] = [];
let rules: readonly DetectionRule[] = [];

beforeAll(async () => {
  if (!existsSync(shared)) throw new Error('corpus not present: these comparisons need the shared Sigma rules');
  const own = (await readRuleFolder(ownFolder, new AbortController().signal)).rules;
  const files = [...(await sharedRules()), ...own];
  texts = files.flatMap((file) => file.text.split(/^---$/m)).filter((one) => /^detection:/m.test(one));
  rules = files.flatMap((file) => readRules(file).rules).filter((rule) => rule.kind === 'rule');
});

const ofProduct = (product: string) => rules.filter(({ logsource }) => logsource.product === product);
const sources = {
  aws: { product: 'aws', service: 'cloudtrail' },
  kubernetes: { product: 'kubernetes', service: 'audit', category: 'application' },
  github: { product: 'github', service: 'audit' },
};

/** `{"a.b": 1}` → `{"a": {"b": 1}}`, where that is possible. */
function nested(flat: FlatEvent): object {
  const event: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(flat)) {
    const keys = field.split('.');
    let at = event;
    for (const key of keys.slice(0, -1)) {
      if (typeof at[key] !== 'object' || at[key] === null) at[key] = {};
      at = at[key] as Record<string, unknown>;
    }
    const last = keys.at(-1) ?? '';
    if (typeof at[last] !== 'object' || at[last] === null) at[last] = value;
  }
  return event;
}

const matchedBy = (program: Program, of: readonly DetectionRule[], event: object) =>
  program.evaluate(event).matched.map((rule) => (of[rule] as DetectionRule).id);

describe('rsigma', () => {
  test('says the same of every labelled event', async () => {
    const { engine, sources: described } = await sharedEngine();
    const ours: { readonly asked: AskedEvent; readonly ids: readonly string[] }[] = [];
    for (const { event } of await labelledEvents()) {
      const { source } = engine.judge(event);
      const logsource = described.find(({ id }) => id === source)?.logsource;
      if (logsource === undefined) continue;
      const of = ofProduct(logsource.product ?? '');
      ours.push({ asked: { logsource, event }, ids: matchedBy(programOf(of), of, event).sort() });
    }
    const theirs = await askRsigma(
      texts,
      ours.map(({ asked }) => asked),
    );
    const hits = ours.reduce((sum, { ids }) => sum + ids.length, 0);
    console.log(`rsigma: ${ours.length} labelled events, ${hits} findings of ours`);
    expect(hits).toBeGreaterThan(200);
    expect(theirs).toEqual({ refused: [], found: ours.map(({ ids }) => ids) });
  });

  test.each(Object.entries(sources))(
    'says the same of four thousand events made of the values of %s rules',
    async (product, logsource) => {
      const of = ofProduct(product);
      const events = syntheticEvents(
        of.map(({ expression }) => expression),
        4000,
        11,
      ).map(nested);
      const ours = events.map((event) => matchedBy(programOf(of), of, event).sort());
      const theirs = await askRsigma(
        texts,
        events.map((event) => ({ logsource, event })),
      );
      const hits = ours.reduce((sum, ids) => sum + ids.length, 0);
      console.log(`rsigma: ${product}, 4000 made events, ${hits} findings`);
      expect(hits).toBeGreaterThan(500);
      expect(theirs.refused).toEqual([]);
      expect(theirs.found.map((ids, at) => ({ event: events[at], ids }))).toEqual(
        ours.map((ids, at) => ({ event: events[at], ids })),
      );
    },
  );

  test('correlations are first completed by the same event', async () => {
    const base = ['a', 'b', 'c'].map(
      (k) =>
        `title: ${k}\nid: id-${k}\nname: ${k}\nlogsource: {product: test}\ndetection:\n  s: {k: ${k}}\n  condition: s\n`,
    );
    const correlations = [
      'type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 60s\n  condition: {gte: 3}',
      'type: value_count\n  rules: [a, b]\n  group-by: [u]\n  timespan: 60s\n  condition: {field: v, gte: 3}',
      'type: temporal\n  rules: [a, b, c]\n  group-by: [u]\n  timespan: 60s\n  condition: {gte: 3}',
      'type: temporal_ordered\n  rules: [a, b, c]\n  group-by: [u]\n  timespan: 60s\n  condition: {gte: 3}',
      'type: value_sum\n  rules: [a]\n  group-by: [u]\n  timespan: 60s\n  condition: {field: v, gte: 10}',
    ];
    for (const [kind, correlation] of correlations.entries()) {
      const together = [...base, `title: together\nid: together\ncorrelation:\n  ${correlation}\n`].join('---\n');
      for (let seed = 0; seed < 12; seed += 1) {
        const random = seeded(seed + 100 * kind);
        let time = 1_767_225_600;
        const events = Array.from({ length: 60 }, () => {
          time += 1 + Math.floor(random() * 30);
          return {
            time,
            event: {
              k: 'abc'[Math.floor(random() * 3)],
              u: 'xy'[Math.floor(random() * 2)],
              v: Math.floor(random() * 6),
              time,
            },
          };
        });
        const engine = new SigmaEngine({ sources: [anySource] });
        expect(engine.load([{ file: 'r.yml', text: together }]).problems).toEqual([]);
        const ours = events.map(({ event }) => engine.judge(event, { source: 'any' }).correlations.length > 0);
        const theirs = (await correlateWithRsigma([together], events)).map((ids) => ids.length > 0);
        expect(ours.indexOf(true), `${correlation} ${seed}`).toBe(theirs.indexOf(true));
        // We speak once for a group and timespan, they at every event: never where they do not.
        for (const [at, spoke] of ours.entries())
          if (spoke) expect(theirs[at], `${correlation} ${seed} at ${at}`).toBe(true);
      }
    }
  });
});

describe('pySigma over SQLite', () => {
  test.each(Object.keys(sources))(
    'says the same of four thousand flat events made of the values of %s rules',
    async (product) => {
      const of = ofProduct(product);
      const events = syntheticEvents(
        of.map(({ expression }) => expression),
        4000,
        12,
      );
      const program = programOf(of);
      const ours = new Map(of.map(({ id }) => [id, [] as number[]]));
      for (const [number, event] of events.entries())
        for (const id of matchedBy(program, of, event)) ours.get(id)?.push(number);
      const columns = [...new Set([...events.flatMap(Object.keys), ...program.fieldNames])];
      const { found, refused } = await askPysigma(
        texts.filter((one) => new RegExp(`^ +product: ${product}$`, 'm').test(one)),
        columns,
        events,
      );
      const asked = of.filter(({ title }) => !notForSql.has(title));
      console.log(
        `pySigma: ${product}, ${asked.length} of ${of.length} rules, 4000 made events`,
        Object.values(refused),
      );
      expect(refused).toEqual({});
      for (const { id, title } of asked) expect(found[id], title).toEqual(ours.get(id));
    },
  );
});

/** Cases of ours in which another implementation differs, and why. */
const differs: Readonly<Record<'rsigma' | 'pysigma', Readonly<Record<string, string>>>> = {
  rsigma: {
    'beyond ASCII as well, and a final sigma is a sigma': 'lower case looks at neighbours there',
    '* is any number of characters': 'a wildcard there stops at a line break',
    'null is no value': 'a list of nulls is a value there',
    'a boolean is its text': 'YAML 1.1: `yes` is true there',
    'cased|endswith with wildcards': 'wildcards are not cased there',
    neq: 'an absent field is neither equal nor different there; for pySigma and us it is different',
    'exists: true is about the field, not its value': 'null is absence there; the specification says otherwise',
    'exists: false': 'null is absence there',
    cidr: 'an IPv4 address written as IPv6 is another there',
    'cidr list': 'an address with a zone is none there',
    hour: 'time is turned into UTC there; the specification wants no such conversion',
    day: 'a date without a time is none there',
    week: 'a date without a time is none there',
    'windash leaves the dash inside a word':
      'every dash is changed there; pySigma and we change the one that opens an option',
    utf16le: 'NUL characters are left out there',
    utf16be: 'NUL characters are left out there',
  },
  pysigma: {
    'beyond ASCII as well, and a final sigma is a sigma': 'SQLite ignores the case of ASCII only',
    'a number is a number, and its text': 'a column of text compares numbers as texts',
    'a boolean is its text': '1 is true as well there',
    'exists: true is about the field, not its value': 'SQL has no absence but null',
    'exists: false': 'SQL has no absence but null',
    cidr: 'networks become patterns of text there',
    gt: '1e2 is no number there',
    hour: 'time is turned into UTC there',
    day: 'a number is a Julian day there',
    month: 'a number is a Julian day there',
    week: 'weeks are counted from the first Sunday there',
  },
};
/** Rules that cannot be compared on made events, because networks become patterns of text in SQL. */
const notForSql = new Set(['Service Account Used From A Public Address']);

describe('modifiers, case by case', () => {
  const named = Object.entries(cases).filter(([, { rule }]) => !rule.includes('expand'));
  const asked = named.flatMap(([name, { rule, yes, no }], number) =>
    [...yes.map((value) => ({ value, expected: true })), ...no.map((value) => ({ value, expected: false }))].map(
      (one) => ({ name, rule, number, ...one }),
    ),
  );
  const ruleOf = (rule: string, number: number) =>
    `title: case ${number}\nid: ${idOf(number)}\nlogsource: {product: test}\ndetection:\n  selection:\n    ${rule}\n  condition: selection\n`;
  const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

  test('rsigma', async () => {
    const all = named.map(([, { rule }], number) => ruleOf(rule, number));
    const events = asked.map(({ value }) => ({
      logsource: { product: 'test' },
      event: value === absent ? { g: 1 } : { g: 1, f: value },
    }));
    const theirs = await askRsigma(all, events);
    console.log(
      'rsigma refuses',
      theirs.refused.map((id) => named[Number(id.slice(-12))]?.[0]),
    );
    const other = asked.filter(
      ({ number, expected }, at) =>
        !theirs.refused.includes(idOf(number)) && theirs.found[at]?.includes(idOf(number)) !== expected,
    );
    report('rsigma', other);
  });

  test('pySigma', async () => {
    const flat = asked.filter(({ value }) => value === absent || value === null || typeof value !== 'object');
    const all = named.map(([, { rule }], number) => ruleOf(rule, number));
    const { found, refused } = await askPysigma(
      all,
      ['f', 'g'],
      flat.map(({ value }) => (value === absent ? { g: 1 } : { g: 1, f: value })),
    );
    console.log('pySigma refuses', refused);
    const other = flat.filter(({ number, expected }, at) => {
      const id = idOf(number);
      return refused[id] === undefined && (found[id] ?? []).includes(at) !== expected;
    });
    report('pysigma', other);
  });

  function report(
    peer: 'rsigma' | 'pysigma',
    other: readonly { name: string; value: unknown; expected: boolean }[],
  ): void {
    const unexplained = other.filter(({ name }) => differs[peer][name] === undefined);
    expect(
      unexplained.map(({ name, value, expected }) => `${name}: ${String(JSON.stringify(value))} is ${expected} for us`),
    ).toEqual([]);
    const stale = Object.keys(differs[peer]).filter((name) => !other.some((one) => one.name === name));
    expect(stale).toEqual([]);
  }
});

const programs = new Map<string, Program>();
function programOf(of: readonly DetectionRule[]): Program {
  const key = of[0]?.logsource.product ?? '';
  const program = programs.get(key) ?? new Program(of.map(({ expression }) => expression));
  programs.set(key, program);
  return program;
}
