import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SigmaEngine } from '../engine/sigma-engine.ts';
import { anySource } from '../testing/one-rule.ts';
import type { CorrelationOptions } from './correlator.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);

/** Rules a, b and c: the field `k` is their name. */
const base = ['a', 'b', 'c']
  .map(
    (name) =>
      `title: ${name}\nid: id-${name}\nname: ${name}\nlogsource: {product: test}\ndetection:\n  s: {k: ${name}}\n  condition: s\n`,
  )
  .join('---\n');

function engineWith(correlation: string, options: Partial<CorrelationOptions> = {}) {
  const engine = new SigmaEngine({ sources: [anySource], correlation: { latenessMs: 10 * minute, ...options } });
  const text = `${base}---\ntitle: Together\nid: together\nname: together\ncorrelation:\n${correlation.replace(/^/gm, '  ')}\n`;
  const report = engine.load([{ file: 'r.yml', text }]);
  const seen = { next: 0 };
  /** @param at minutes. @returns what the event completed, as `group@minute=value`. */
  const event = (k: string, at: number, more: object = {}) => {
    seen.next += 1;
    const judged = engine.judge(
      { k, id: `e${seen.next}`, time: new Date(start + at * minute).toISOString(), u: 'x', ...more },
      { source: 'any' },
    );
    return judged.correlations.map(shown);
  };
  const until = (at: number) => engine.advance(start + at * minute).map(shown);
  return { engine, report, event, until };
}
const shown = ({ rule, group, time, value }: { rule: { id: string }; group: object; time: number; value: number }) =>
  `${rule.id}:${Object.values(group).join('+')}@${(time - start) / minute}=${value}`;

const events = 'type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 5m\n';

describe('event_count', () => {
  test('counts in a window that slides, group by group', () => {
    const { event } = engineWith(`${events}condition: {gte: 3}`);
    expect(event('a', 0)).toEqual([]);
    expect(event('a', 4)).toEqual([]);
    expect(event('a', 4.5, { u: 'y' })).toEqual([]);
    expect(event('b', 4.6)).toEqual([]);
    // The first is out of the window, so there are two.
    expect(event('a', 6)).toEqual([]);
    expect(event('a', 9)).toEqual(['together:x@9=3']);
  });
  test('a group is found once in a timespan', () => {
    const { event } = engineWith(`${events}condition: {gt: 1}`);
    expect(event('a', 0)).toEqual([]);
    expect(event('a', 1)).toEqual(['together:x@1=2']);
    expect(event('a', 2)).toEqual([]);
    expect(event('a', 6)).toEqual([]);
    expect(event('a', 6.5)).toEqual(['together:x@6.5=3']);
  });
  test('rules that are parts of a correlation say nothing by themselves, unless it is to generate', () => {
    const alone = (generate: string) => {
      const { engine } = engineWith(`${events}condition: {gte: 3}${generate}`);
      return engine
        .judge({ k: 'a', u: 'x', time: '2026-01-01T00:00:00Z' }, { source: 'any' })
        .rules.map(({ id }) => id);
    };
    expect(alone('')).toEqual([]);
    expect(alone('\ngenerate: true')).toEqual(['id-a']);
  });
  test('a range is decided when the window is over', () => {
    const { event, until } = engineWith(`${events}condition: {gte: 2, lte: 3}`);
    expect([0, 1, 2].flatMap((at) => event('a', at))).toEqual([]);
    expect(until(14)).toEqual([]);
    expect(until(16)).toEqual(['together:x@2=3']);
  });
  test('fewer than', () => {
    const { event, until } = engineWith(`${events}condition: {lt: 2}`);
    event('a', 0);
    event('a', 20);
    event('a', 21);
    // The first window held one event, the second two.
    expect(until(60)).toEqual([]);
    const again = engineWith(`${events}condition: {lt: 2}`);
    again.event('a', 0);
    expect(again.until(60)).toEqual(['together:x@0=1']);
  });
  test('exactly, and other than', () => {
    for (const [condition, expected] of [
      ['{eq: 2}', ['together:x@1=2']],
      ['{neq: 2}', []],
    ] as const) {
      const { event, until } = engineWith(`${events}condition: ${condition}`);
      event('a', 0);
      event('a', 1);
      expect(until(60), condition).toEqual(expected);
    }
  });
  test('without group-by all events are one group', () => {
    const { event } = engineWith('type: event_count\nrules: [a, b]\ntimespan: 5m\ncondition: {gte: 2}');
    event('a', 0, { u: 'x' });
    expect(event('b', 1, { u: 'y' })).toEqual(['together:@1=2']);
  });
  test('an event without the field of the group is not counted, and that is', () => {
    const { event, engine } = engineWith(`${events}condition: {gte: 1}`);
    expect(event('a', 0, { u: null })).toEqual([]);
    expect(engine.counts.lost.ungrouped).toBe(1);
  });
});

describe('value_count and the measures', () => {
  const of = (type: string, condition: string) =>
    `type: ${type}\nrules: [a]\ngroup-by: [u]\ntimespan: 5m\ncondition: ${condition}`;
  test('different values, not events', () => {
    const { event } = engineWith(of('value_count', '{field: v, gte: 2}'));
    expect([1, 2, 3].flatMap((at) => event('a', at, { v: 'same' }))).toEqual([]);
    expect(event('a', 4, { v: 'other' })).toEqual(['together:x@4=2']);
  });
  test('values that left the window do not count', () => {
    const { event } = engineWith(of('value_count', '{field: v, gte: 3}'));
    event('a', 0, { v: 1 });
    event('a', 4, { v: 2 });
    expect(event('a', 6, { v: 3 })).toEqual([]);
    expect(event('a', 8, { v: 4 })).toEqual(['together:x@8=3']);
  });
  test('value_count over several fields counts their combinations', () => {
    const { event } = engineWith(of('value_count', '{field: [v, w], gte: 2}'));
    event('a', 0, { v: 1, w: 1 });
    expect(event('a', 1, { v: 1, w: 1 })).toEqual([]);
    expect(event('a', 2, { v: 1, w: 2 })).toEqual(['together:x@2=2']);
  });
  test('value_sum speaks as soon as the sum is reached', () => {
    const { event } = engineWith(of('value_sum', '{field: bytes, gte: 100}'));
    event('a', 0, { bytes: 60 });
    expect(event('a', 1, { bytes: '39.5' })).toEqual([]);
    expect(event('a', 2, { bytes: 0.5 })).toEqual(['together:x@2=100']);
  });
  test.each([
    ['value_avg', '{field: v, gte: 4}', ['together:x@3=4']],
    ['value_avg', '{field: v, gt: 4}', []],
    ['value_median', '{field: v, eq: 3}', ['together:x@3=3']],
    ['value_percentile', '{field: v, percentile: 75, gte: 5.25}', ['together:x@3=5.25']],
    ['value_percentile', '{field: v, percentile: 100, lt: 9}', []],
  ] as const)('%s %s at the end of the window', (type, condition, expected) => {
    const { event, until } = engineWith(of(type, condition));
    for (const [at, v] of [1, 2, 4, 9].entries()) expect(event('a', at, { v })).toEqual([]);
    expect(until(60)).toEqual(expected);
  });
});

describe('temporal', () => {
  const temporal = (more = '') => `type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 5m\n${more}`;
  test('all rules, in any order, within the time', () => {
    const { event } = engineWith(temporal());
    expect(event('c', 0)).toEqual([]);
    expect(event('a', 1)).toEqual([]);
    expect(event('b', 6)).toEqual([]);
    expect(event('c', 5.5)).toEqual(['together:x@6=3']);
  });
  test('a condition over rules', () => {
    const { event } = engineWith(temporal('condition: a and (b or c)'));
    expect(event('a', 0)).toEqual([]);
    expect(event('c', 1)).toEqual(['together:x@1=2']);
  });
  test('what must not occur is known when the window is over', () => {
    const { event, until } = engineWith(temporal('condition: a and not b'));
    expect(event('a', 0)).toEqual([]);
    expect(until(60)).toEqual(['together:x@0=1']);
    const with_b = engineWith(temporal('condition: a and not b'));
    with_b.event('a', 0);
    with_b.event('b', 4);
    expect(with_b.until(60)).toEqual([]);
  });
  test('temporal_ordered wants the order of the rules, by event time', () => {
    const ordered = 'type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 5m';
    const wrong = engineWith(ordered);
    expect(['b', 'a', 'c'].flatMap((k, at) => wrong.event(k, at))).toEqual([]);
    const right = engineWith(ordered);
    expect(['a', 'b', 'c'].flatMap((k, at) => right.event(k, at))).toEqual(['together:x@2=3']);
    const late = engineWith(ordered);
    expect(['a', 'c'].flatMap((k, at) => late.event(k, at * 2))).toEqual([]);
    expect(late.event('b', 1)).toEqual(['together:x@2=3']);
    const slow = engineWith(ordered);
    expect(['a', 'b', 'c'].flatMap((k, at) => slow.event(k, at * 3))).toEqual([]);
  });
  test('aliases name one thing by the fields of several rules', () => {
    const { event } = engineWith(
      'type: temporal\nrules: [a, b]\ngroup-by: [ip]\ntimespan: 5m\naliases:\n  ip: {a: src.ip, b: dst.ip}',
    );
    event('a', 0, { src: { ip: '1.1.1.1' } });
    expect(event('b', 1, { src: { ip: '1.1.1.1' }, dst: { ip: '2.2.2.2' } })).toEqual([]);
    expect(event('b', 2, { dst: { ip: '1.1.1.1' } })).toEqual(['together:1.1.1.1@2=2']);
  });
});

test('a correlation of a correlation goes by its last event, and the inner one is silent', () => {
  const engine = new SigmaEngine({ sources: [anySource] });
  const inner =
    'title: Many\nid: many\nname: many\ncorrelation:\n  type: event_count\n  rules: [a]\n  group-by: [u]\n  timespan: 5m\n  condition: {gte: 2}\n';
  const outer =
    'title: Then\nid: then\ncorrelation:\n  type: temporal_ordered\n  rules: [many, b]\n  group-by: [host]\n  timespan: 10m\n';
  expect(engine.load([{ file: 'r.yml', text: [base, inner, outer].join('---\n') }])).toMatchObject({
    correlations: 2,
    problems: [],
  });
  const found = [
    ['a', 0, 'h1'],
    ['a', 1, 'h2'],
    ['b', 2, 'h1'],
    ['b', 3, 'h2'],
  ].map(([k, at, host]) =>
    engine
      .judge({ k, host, u: 'x', time: new Date(start + Number(at) * minute).toISOString() }, { source: 'any' })
      .correlations.map(shown),
  );
  expect(found).toEqual([[], [], [], ['then:h2@3=2']]);
});

describe('late, doubled, skewed', () => {
  test('the order of arrival within the lateness does not change which groups are found', () => {
    const timed = fc.array(
      fc.record({
        k: fc.constantFrom('a', 'b', 'c'),
        at: fc.integer({ min: 0, max: 100 }),
        u: fc.constantFrom('x', 'y'),
        v: fc.integer({ min: 0, max: 3 }),
      }),
      { maxLength: 25 },
    );
    const kinds = [
      `${events}condition: {gte: 3}`,
      'type: value_count\nrules: [a, b]\ngroup-by: [u]\ntimespan: 5m\ncondition: {field: v, gte: 3}',
      'type: value_sum\nrules: [a, b]\ngroup-by: [u]\ntimespan: 5m\ncondition: {field: v, gte: 7}',
      'type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 5m',
      'type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 5m',
      `${events}condition: {eq: 2}`,
      'type: temporal\nrules: [a, b]\ngroup-by: [u]\ntimespan: 5m\ncondition: a and not b',
    ];
    for (const kind of kinds)
      fc.assert(
        fc.property(timed, fc.infiniteStream(fc.nat()), (all, order) => {
          // Times are all different, so that the order of time is one.
          const happened = all.map((each, index) => ({ ...each, at: (each.at + index / 100) / 6 }));
          const found = (sequence: typeof happened) => {
            const { event, until } = engineWith(kind, { latenessMs: 30 * minute });
            const groups = sequence.flatMap(({ k, at, u, v }) => event(k, at, { u, v }));
            return new Set([...groups, ...until(500)].map((text) => text.replace(/@.*/, '')));
          };
          const inTime = [...happened].sort((a, b) => a.at - b.at);
          const shuffled = happened
            .map((each) => ({ each, key: order.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ each }) => each);
          expect(found(shuffled)).toEqual(found(inTime));
        }),
        { numRuns: 60 },
      );
  });
  test('what is later than allowed is not counted, and that is', () => {
    const { event, engine } = engineWith(`${events}condition: {gte: 2}`);
    event('a', 30);
    expect(event('a', 15)).toEqual([]);
    expect(event('a', 28)).toEqual(['together:x@30=2']);
    expect(engine.counts.lost.late).toBe(1);
  });
  test('an event that comes twice counts once', () => {
    const { event, engine } = engineWith(`${events}condition: {gte: 2}`);
    expect(event('a', 0, { id: 'same' })).toEqual([]);
    expect(event('a', 0, { id: 'same' })).toEqual([]);
    expect(engine.counts.duplicates).toBe(1);
    expect(event('a', 0, { id: 'other' })).toEqual(['together:x@0=2']);
  });
  test('a clock that runs ahead does not make the others late', () => {
    const { engine } = engineWith(`${events}condition: {gte: 2}`);
    const at = (minutes: number, receivedAt: number) =>
      engine.judge(
        { k: 'a', u: 'x', id: String(minutes), time: new Date(start + minutes * minute).toISOString() },
        { source: 'any', receivedAt: start + receivedAt * minute },
      );
    at(100_000, 1);
    expect(at(2, 2).correlations.map(shown)).toEqual(['together:x@2=2']);
    expect(engine.counts).toMatchObject({ skewed: 1, lost: { late: 0 } });
  });
});

describe('state', () => {
  const kinds = [
    `${events}condition: {gte: 3}`,
    'type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 5m',
    'type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 5m\ncondition: {field: id, gte: 3}',
    `${events}condition: {eq: 6}`,
  ];
  test.each(kinds)('survives a restart at any point: %s', (kind) => {
    const sequence = ['a', 'b', 'a', 'a', 'c', 'a', 'a', 'a', 'b', 'c'];
    const whole = engineWith(kind);
    const expected = [...sequence.flatMap((k, at) => whole.event(k, at / 2)), ...whole.until(60)];
    expect(expected.length).toBeGreaterThan(0);
    for (let stop = 0; stop <= sequence.length; stop += 1) {
      const before = engineWith(kind);
      const after = engineWith(kind);
      const found = sequence.slice(0, stop).flatMap((k, at) => before.event(k, at / 2));
      expect(after.engine.restore(JSON.parse(JSON.stringify(before.engine.state())))).toEqual([]);
      const rest = sequence.slice(stop).flatMap((k, at) => after.event(k, (at + stop) / 2, { id: `later${at}` }));
      expect([...found, ...rest, ...after.until(60)], String(stop)).toEqual(expected);
    }
  });
  test('an event that was seen before the restart is still known after it', () => {
    const [before, after] = [engineWith(`${events}condition: {gte: 2}`), engineWith(`${events}condition: {gte: 2}`)];
    before.event('a', 0, { id: 'same' });
    after.engine.restore(JSON.parse(JSON.stringify(before.engine.state())));
    expect(after.event('a', 0, { id: 'same' })).toEqual([]);
  });
  test('state of a correlation that was changed is dropped, and said', () => {
    const [before, after] = [engineWith(`${events}condition: {gte: 2}`), engineWith(`${events}condition: {gte: 3}`)];
    before.event('a', 0);
    expect(after.engine.restore(before.engine.state())).toEqual(['together']);
  });
  test('other rules may come and go without a loss of state', () => {
    const { engine, event } = engineWith(`${events}condition: {gte: 2}`);
    event('a', 0);
    expect(
      engine.put({
        file: 'more.yml',
        text: 'title: d\nid: id-d\nlogsource: {product: test}\ndetection: {s: {k: d}, condition: s}\n',
      }).rules,
    ).toBe(4);
    engine.remove('more.yml');
    expect(event('a', 1)).toEqual(['together:x@1=2']);
  });
  test('groups are bounded: the one touched least recently goes, and is counted', () => {
    const { engine, event } = engineWith(`${events}condition: {gte: 2}`, { maxGroups: 100 });
    for (let user = 0; user < 150; user += 1) event('a', 0, { u: user });
    const { groups, lost } = engine.counts;
    expect(groups).toBeGreaterThan(90);
    expect(groups).toBeLessThanOrEqual(100);
    expect(groups + lost.groups).toBe(150);
    expect(event('a', 1, { u: 149 })).toEqual(['together:149@1=2']);
    expect(event('a', 1, { u: 0 })).toEqual([]);
  });
  test('events of a group are bounded, and what is dropped is counted', () => {
    const { engine, event } = engineWith(
      'type: value_count\nrules: [a]\ngroup-by: [u]\ntimespan: 1d\ncondition: {field: id, gte: 5000}',
      { maxEntries: 1000 },
    );
    for (let count = 0; count < 5000; count += 1) event('a', count / 1000);
    expect(engine.counts.lost.entries).toBeGreaterThan(3000);
  });
  test('groups that no window reaches any more are forgotten', () => {
    const { engine, event } = engineWith(`${events}condition: {gte: 2}`);
    for (let user = 0; user < 50; user += 1) event('a', 0, { u: user });
    expect(engine.counts.groups).toBe(50);
    event('a', 100, { u: 'later' });
    expect(engine.counts).toMatchObject({ groups: 1, lost: { groups: 0 } });
  });
  test('a value of megabytes is kept as its digest', () => {
    const { engine, event } = engineWith(`${events}condition: {gte: 2}`);
    event('a', 0, { u: 'y'.repeat(3_000_000) });
    expect(JSON.stringify(engine.state()).length).toBeLessThan(2000);
    const [met] = event('a', 1, { u: 'y'.repeat(3_000_000) });
    expect(met).toMatch(/sha256:[0-9a-f]{64}@1=2$/);
  });
});
