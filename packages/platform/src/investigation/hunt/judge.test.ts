/** Columns say of an event what the event says of itself, or that it must be looked at; and the terms of a block leave nothing out. */
import { type NormalEvent, normalEventSchema } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BlockBuilder, decodeForm, encodeForm } from '../../events/columns/block-columns.ts';
import { decodeColumn, encodeColumn } from '../../events/columns/column.ts';
import type { KeptEvent } from '../../events/kept-event.ts';
import { hasBit } from '../../graph/bitset.ts';
import { conditionOf, wishOf } from './condition.ts';
import { type ColumnsToJudge, judgeOf } from './judge.ts';
import { parseHunt } from './parse.ts';

const now = new Date('2026-11-21T12:00:00Z');
const ids = (text: string) => (text === 'web' ? ['aws:User/a', 'aws:User/web'] : []);

function kept(no: number, more: Partial<NormalEvent> = {}, raw: unknown = {}): KeptEvent {
  const event = normalEventSchema.parse({
    id: `e${no}`,
    time: new Date(now.getTime() - (no % 5) * 1000).toISOString(),
    timeIs: 'told',
    source: { format: 'cloudtrail', locator: 'here' },
    digest: 'd',
    system: 'aws',
    actor: { name: 'alice' },
    operation: 'read',
    activity: 'read',
    targets: [],
    outcome: 'done',
    ...more,
  });
  return { no, received: now, event, raw, rawText: JSON.stringify(raw) };
}

/** As they come back from where they are kept. */
function columned(events: readonly KeptEvent[]) {
  const builder = new BlockBuilder();
  for (const { no, event, rawText } of events) {
    const [form, raw] = [Buffer.from(JSON.stringify(event)), Buffer.from(rawText)];
    builder.add(no, Buffer.concat([form, raw]), 0, form.length, form.length + raw.length);
  }
  const { form, raw, terms } = builder.build();
  const again = decodeForm(encodeForm(form));
  const columns = new Map([...raw].map(([path, column]) => [path, decodeColumn(encodeColumn(column), again.count)]));
  const block: ColumnsToJudge = { form: again, raw: (path) => columns.get(path) };
  return { block, terms: terms === null ? null : new Set(terms) };
}

const agree = (query: string, events: readonly KeptEvent[]) => {
  const { block, terms } = columned(events);
  const parsed = parseHunt(query, now);
  const [fits, wish] = [conditionOf(parsed, ids), wishOf(parsed, ids)];
  const { yes, maybe } = judgeOf(parsed, ids)(block);
  const found = events.map(fits);
  for (const [place, is] of found.entries()) {
    if (hasBit(yes, place)) expect([query, place, is]).toEqual([query, place, true]);
    else if (!hasBit(maybe, place)) expect([query, place, is]).toEqual([query, place, false]);
    expect(hasBit(yes, place) && hasBit(maybe, place)).toBe(false);
  }
  if (found.includes(true) && terms !== null)
    for (const some of wish.terms ?? []) expect(some.some((term) => terms.has(term))).toBe(true);
  return { yes, maybe, found };
};

test('any query over any events', () => {
  const text = fc.constantFrom('a', 'b', 'web', '1', '1e3', '', ' ', 'aws:User/a', 'x'.repeat(301), 'ä\0', '\ud800');
  const key = fc.constantFrom('a', 'b', 'a.b', '', '__proto__', 'c\0', '\ud800');
  const { raw } = fc.letrec<{ raw: unknown }>((tie) => ({
    raw: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom(1, 1000, true, null),
      fc.array(tie('raw'), { maxLength: 3 }),
      fc
        .array(fc.tuple(key, tie('raw')), { maxLength: 4 })
        .map((entries) =>
          JSON.parse(`{${entries.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join()}}`),
        ),
    ),
  }));
  const event = fc.record({
    actor: fc.constantFrom(
      { name: 'alice', id: 'aws:User/a', address: '1' },
      { name: 'aws:User/a' },
      { name: 'x'.repeat(400), also: ['kubernetes:Group/g'] },
    ),
    targets: fc.constantFrom([], ['aws:User/a'], ['b', 'b', 'x'.repeat(301)]),
    operation: fc.constantFrom('read', 'write'),
  });
  const events = fc.array(fc.tuple(event, raw), { minLength: 1, maxLength: 40 });
  const field = fc.constantFrom(
    'actor',
    'target',
    'operation',
    'address',
    'id',
    'raw.a',
    'raw.a.b',
    'raw.b.a',
    'raw."a"',
    'raw."__proto__"',
    'raw.".a"',
    'raw',
  );
  const leaf = fc.oneof(
    fc
      .tuple(field, fc.constantFrom('=', '!='), text)
      .map(
        ([name, sign, value]) =>
          `${name} ${sign} ${JSON.stringify(value).replaceAll('\\u0000', 'z').replaceAll('\\ud800', 'y')}`,
      ),
    fc.tuple(field, fc.constantFrom('= a*', 'contains 1', '= *', 'in (a, 1)', '')).map((parts) => parts.join(' ')),
    fc.constantFrom('raw.a > 5', 'raw.a.b <= 1000', 'time >= 2026-11-21T11:59:58Z', 'everything'),
  );
  const { query } = fc.letrec<{ query: string }>((tie) => ({
    query: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.tuple(tie('query'), fc.constantFrom('and', 'or'), tie('query')).map(([a, word, b]) => `(${a} ${word} ${b})`),
      tie('query').map((each) => `not (${each})`),
    ),
  }));
  fc.assert(
    fc.property(query, events, (asked, list) => {
      agree(
        asked,
        list.map(([more, value], no) => kept(no, more as unknown as Partial<NormalEvent>, value)),
      );
    }),
    { numRuns: 1500 },
  );
});

test('what repeats is judged without a look, what does not is looked for by its hash', () => {
  const events = Array.from({ length: 200 }, (_, no) =>
    kept(no, {}, { user: `u${no % 3}`, id: `0123456789abcdef0123-${no}`, size: no }),
  );
  const sure = (query: string) => {
    const { yes, maybe, found } = agree(query, events);
    const bits = (set: Uint32Array) => found.filter((_, place) => hasBit(set, place)).length;
    return [bits(yes), bits(maybe)];
  };
  expect(sure('raw.user = u1')).toEqual([67, 0]);
  expect(sure('raw.user = u*')).toEqual([200, 0]);
  expect(sure('raw.size > 190')).toEqual([9, 0]);
  expect(sure('raw.id = 0123456789abcdef0123-7')).toEqual([0, 1]);
  expect(sure('raw.id = no')).toEqual([0, 0]);
  expect(sure('raw.id starts with 0')).toEqual([0, 200]);
  expect(sure('raw.id')).toEqual([200, 0]);
  expect(sure('raw.nothing')).toEqual([0, 0]);
});

test('hostile events cost the columns nothing but themselves', () => {
  const keys = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, at]));
  const deep = JSON.parse(`${'['.repeat(3000)}1${']'.repeat(3000)}`);
  const nested = JSON.parse(`${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}`);
  const events = [
    kept(0, {}, { user: 'u' }),
    kept(1, {}, { user: 'v' }),
    kept(2, {}, deep),
    kept(3, {}, nested),
    kept(4, {}, { m: Array.from({ length: 3000 }, (_, at) => at) }),
    kept(5, {}, keys),
  ];
  const { block, terms } = columned(events);
  expect(events.filter((_, place) => hasBit(block.form.rest, place)).map(({ no }) => no)).toEqual([5]);
  expect(terms).toBeNull();
  for (const query of [
    'raw.user = u',
    'raw.k4999 = 4999',
    'raw.k1 = 1',
    'raw.m = 2999',
    'raw.m = 5',
    'raw.a.a',
    'not raw.zz',
  ])
    agree(query, events);
});
