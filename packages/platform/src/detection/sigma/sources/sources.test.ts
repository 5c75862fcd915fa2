import { describe, expect, test } from 'vitest';
import { SigmaEngine } from '../engine/sigma-engine.ts';
import { readEventSources } from './log-source.ts';

const source = (more: string) =>
  `id: s\nlogsource: {product: test}\nrecognise: {kind: audit}\nevent_id: meta.id\ntime: [at]\n${more}`;
const rule = (detection: string) =>
  `title: r\nid: r\nlogsource: {product: test}\ndetection:\n  s: ${detection}\n  condition: s\n`;

function says(more: string, detection: string, event: object): boolean {
  const { sources, problems } = readEventSources('s.yaml', source(more));
  expect(problems).toEqual([]);
  const engine = new SigmaEngine({ sources });
  expect(engine.load([{ file: 'r.yml', text: rule(detection) }]).problems).toEqual([]);
  return engine.judge({ kind: 'audit', ...event }).rules.length > 0;
}

describe('rules are rewritten to where the events have things', () => {
  const mapping =
    'transformations:\n  - {type: field_name_mapping, mapping: {user: [actor.name, actor.uid], params: api.data}}\n';
  test('a field may be in several places', () => {
    expect(says(mapping, '{user: a}', { actor: { name: 'A' } })).toBe(true);
    expect(says(mapping, '{user: a}', { actor: { uid: 'a' } })).toBe(true);
    expect(says(mapping, '{user: a}', { user: 'a' })).toBe(false);
  });
  test('what lies below a mapped field is mapped with it', () => {
    expect(says(mapping, '{params.bucket.name: b}', { api: { data: { bucket: { name: 'b' } } } })).toBe(true);
    expect(says(mapping, '{paramsx: b}', { paramsx: 'b' })).toBe(true);
  });
  test('fieldref follows as well', () => {
    expect(says(mapping, '{target|fieldref: user}', { target: 'x', actor: { uid: 'X' } })).toBe(true);
  });
  test('a prefix, and another order of steps', () => {
    expect(says('transformations:\n  - {type: field_name_prefix, prefix: raw.}\n', '{f: a}', { raw: { f: 'a' } })).toBe(
      true,
    );
  });
  test('values have other names', () => {
    const values = 'transformations:\n  - {type: map_string, fields: [verb], mapping: {create: [Create, Add*]}}\n';
    expect(says(values, '{verb: CREATE}', { verb: 'address' })).toBe(true);
    expect(says(values, '{verb: create}', { verb: 'update' })).toBe(false);
    expect(says(values, '{other: create}', { other: 'Add' })).toBe(false);
  });
  test('only rules of the log source that a step names', () => {
    const scoped = (product: string) =>
      `transformations:\n  - {type: field_name_mapping, mapping: {f: g}, rule_conditions: [{type: logsource, product: ${product}}]}\n`;
    expect(says(scoped('test'), '{f: a}', { g: 'a' })).toBe(true);
    expect(says(scoped('other'), '{f: a}', { g: 'a' })).toBe(false);
  });
  test('placeholders get their values', () => {
    expect(says('vars: {Admins: [root, adm*]}\n', "{f|expand: '%Admins%'}", { f: 'ADMIN' })).toBe(true);
  });
});

test('an event has its id and its time, and what demands more is recognised first', () => {
  const { sources } = readEventSources(
    's.yaml',
    `${source('')}---\nid: more\nlogsource: {product: test}\nrecognise: {kind: audit, version: '2*'}\ntime: [at]\n`,
  );
  const engine = new SigmaEngine({ sources });
  const judged = engine.judge({ kind: 'Audit', meta: { id: 7 }, at: '2026-11-21T17:00:00.5Z' });
  expect(judged).toMatchObject({ source: 's', eventId: '7', time: Date.UTC(2026, 10, 21, 17, 0, 0, 500) });
  expect(engine.judge({ kind: 'audit', version: '2.1', at: 1795282679 })).toMatchObject({
    source: 'more',
    time: 1795282679000,
  });
  expect(engine.judge({ kind: 'other' }).source).toBeUndefined();
});

test.each([
  ['no id', 'logsource: {product: x}\n', /no `id`/],
  ['an unknown word', 'id: s\nlogsorce: {}\n', /has no `logsorce`/],
  [
    'an unknown step',
    'id: s\nlogsource: {product: x}\ntransformations: [{type: drop}]\n',
    /none of field_name_mapping/,
  ],
  ['a log source of other parts', 'id: s\nlogsource: {vendor: x}\n', /product, category and service/],
  [
    'a mapping to a map',
    'id: s\nlogsource: {product: x}\ntransformations: [{type: field_name_mapping, mapping: {a: {b: c}}}]\n',
    /neither text nor a list/,
  ],
])('refused: %s', (_, text, reason) => {
  const { sources, problems } = readEventSources('s.yaml', text);
  expect(sources).toEqual([]);
  expect(problems[0]?.reason).toMatch(reason);
  expect(problems[0]?.code).toBe('FB-SIGMA-SOURCE');
});

describe('attributes of OpenTelemetry are fields', () => {
  const lists = 'attribute_lists: [span.attributes, resource]\n';
  const attribute = (key: string, value: object) => ({ key, value });
  const span = (...attributes: object[]) => ({ span: { name: 'execute_tool', attributes }, resource: [] });

  test('of each list, by their names, beside the fields of the event', () => {
    const event = {
      ...span(attribute('gen_ai.tool.name', { stringValue: 'shell' }), attribute('n', { intValue: '12' })),
      resource: [attribute('service.name', { stringValue: 'agent' })],
    };
    expect(says(lists, '{gen_ai.tool.name: shell, service.name: agent, span.name: execute_tool}', event)).toBe(true);
    expect(says(lists, '{n|gt: 11}', event)).toBe(true);
    expect(says(lists, '{n|gt: 12}', event)).toBe(false);
    expect(says('', '{gen_ai.tool.name: shell}', event)).toBe(false);
  });
  test('a structure is read by path and as a whole', () => {
    const url = attribute('url', { stringValue: 'http://169.254.169.254/' });
    const event = span(attribute('arguments', { kvlistValue: { values: [url] } }));
    expect(says(lists, "{arguments|contains: '169.254'}", event)).toBe(true);
    expect(says(lists, "{arguments.url|startswith: 'http:'}", event)).toBe(true);
    expect(says(lists, '{arguments.url: http}', event)).toBe(false);
  });
  test('an attribute hides neither the event nor another of its name', () => {
    const event = span(
      attribute('kind', { stringValue: 'other' }),
      attribute('span', { stringValue: 'other' }),
      attribute('a', { stringValue: 'one' }),
      attribute('a', { arrayValue: { values: [{ stringValue: 'two' }] } }),
      attribute('__proto__', { stringValue: 'x' }),
    );
    expect(says(lists, '{kind: audit, span.name: execute_tool}', event)).toBe(true);
    expect(says(lists, '{kind: other}', event)).toBe(false);
    expect(says(lists, '{a: one}', event)).toBe(true);
    expect(says(lists, '{a: two}', event)).toBe(true);
  });
  test('what is no list of attributes says nothing, and what is too much is told', () => {
    const { sources } = readEventSources('s.yaml', source(lists));
    const engine = new SigmaEngine({ sources });
    const judged = (attributes: unknown) => engine.judge({ kind: 'audit', span: { attributes } }).truncated;
    expect(judged('text')).toBe(false);
    expect(judged([null, 7, { key: 1 }, { key: 'a', value: null }, { key: 'a', value: { kvlistValue: 3 } }])).toBe(
      false,
    );
    expect(judged(Array.from({ length: 2000 }, (_, n) => attribute(`a${n}`, { boolValue: true })))).toBe(true);
    let deep: object = { stringValue: 'x' };
    for (let n = 0; n < 20; n += 1) deep = { kvlistValue: { values: [attribute('k', deep)] } };
    expect(judged([attribute('a', deep)])).toBe(true);
  });
  test('correlations group by them, whatever other names begin alike', () => {
    const { sources } = readEventSources('s.yaml', source(lists));
    const engine = new SigmaEngine({ sources });
    const counted = `${rule("{gen_ai.tool.name: '*'}")}---\ntitle: c\nid: c\ncorrelation: {type: event_count, rules: [r], group-by: [gen_ai.conversation.id], timespan: 1h, condition: {gte: 2}}\n`;
    expect(engine.load([{ file: 'r.yml', text: counted }]).problems).toEqual([]);
    const call = (at: number) => ({
      kind: 'audit',
      at,
      ...span(
        attribute('gen_ai', { stringValue: 'in the way' }),
        attribute('gen_ai.tool.name', { stringValue: 'x' }),
        attribute('gen_ai.conversation.id', { stringValue: 'c1' }),
      ),
    });
    expect(engine.judge(call(1795282679)).correlations).toEqual([]);
    expect(engine.judge(call(1795282680)).correlations).toMatchObject([{ group: { 'gen_ai.conversation.id': 'c1' } }]);
  });
});
