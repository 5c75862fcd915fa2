/** What comes together, and that neither order nor batches change it; and that a person's word stands. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Grouped, type Grouping, group } from './grouping.ts';
import type { Spans } from './links.ts';
import type { Traits } from './traits.ts';
import type { Ways } from './ways.ts';

const hour = 3_600_000;
const spans: Spans = { windowMs: 48 * hour, wayMs: 12 * hour };

function seen(id: string, at: number, more: Partial<Traits> & { by?: readonly string[] } = {}): Traits {
  const { by = [], ...rest } = more;
  const things = by.length > 0 ? [] : (rest.about ?? []);
  return {
    id,
    first: at * hour,
    last: at * hour,
    strong: true,
    principal: by[0] ?? null,
    keys: [...by.map((each) => `node ${each}`), ...things.map((each) => `about ${each}`)],
    actors: by,
    took: [],
    changed: [],
    touched: [],
    about: [],
    ...rest,
  };
}
const took = (node: string, at: number, by: string) => ({ node, at: at * hour, by, operation: 'take' });

/** Ways by hand: from each name to those after it. */
function waysBy(table: Readonly<Record<string, readonly string[]>>): Ways {
  return {
    near: (from) => table[from] ?? [],
    leads: (from, to) => table[from]?.includes(to) === true,
    way: (from, to) => [{ type: 'STEP', from, to }],
  };
}

const ask = (
  detections: readonly Grouped[],
  more: { apart?: [string, string][]; worked?: string[]; ways?: Ways } = {},
): Grouping =>
  group({ detections, apart: more.apart ?? [], worked: new Set(more.worked ?? []), ways: more.ways, spans });

const fresh = (traits: Traits): Grouped => ({ traits, incident: null, pinned: false });
const inside = (incident: string, traits: Traits): Grouped => ({ traits, incident, pinned: false });
const partition = ({ clusters }: Grouping) => clusters.map(({ members }) => [...members].join(' ')).sort();

describe('what comes together', () => {
  test('the same hand, however many others act at the same time', () => {
    const all = [seen('a1', 1, { by: ['ann'] }), seen('b1', 1, { by: ['bob'] }), seen('a2', 40, { by: ['ann'] })];
    const grouping = ask(all.map(fresh));
    expect(partition(grouping)).toEqual(['a1 a2', 'b1']);
    expect(grouping.links.get('a2')).toMatchObject({ rule: 'identity', by: { key: 'node ann' } });
  });

  test('the same hand much later is another story', () => {
    expect(partition(ask([seen('a1', 1, { by: ['ann'] }), seen('a2', 100, { by: ['ann'] })].map(fresh)))).toEqual([
      'a1',
      'a2',
    ]);
  });

  test('who was taken, from then on', () => {
    const taker = seen('a1', 5, { by: ['ann'], took: [took('job', 5, 'ann')] });
    expect(partition(ask([taker, seen('j', 6, { by: ['job'] })].map(fresh)))).toEqual(['a1 j']);
    expect(partition(ask([taker, seen('j', 4, { by: ['job'] })].map(fresh)))).toEqual(['a1', 'j']);
  });

  test('what was changed and nobody acts in', () => {
    const changer = seen('a1', 5, { by: ['ann'], changed: [took('model', 5, 'ann')] });
    expect(partition(ask([changer, seen('drift', 9, { about: ['model'] })].map(fresh)))).toEqual(['a1 drift']);
    expect(partition(ask([changer, seen('drift', 3, { about: ['model'] })].map(fresh)))).toEqual(['a1', 'drift']);
  });

  test('a short way, in the order of time and soon', () => {
    const ways = waysBy({ ann: ['bob'] });
    const [a, soon, before, late] = [
      seen('a', 5, { by: ['ann'] }),
      seen('soon', 6, { by: ['bob'] }),
      seen('before', 4, { by: ['bob'] }),
      seen('late', 30, { by: ['bob'] }),
    ];
    expect(partition(ask([a, soon].map(fresh), { ways }))).toEqual(['a soon']);
    expect(partition(ask([a, before].map(fresh), { ways }))).toEqual(['a', 'before']);
    expect(partition(ask([a, late].map(fresh), { ways }))).toEqual(['a', 'late']);
  });

  test('a light one joins and brings nothing together', () => {
    const light = seen('light', 2, { by: ['ann', 'bob'], strong: false });
    const grouping = ask([seen('a', 1, { by: ['ann'] }), seen('b', 9, { by: ['bob'] }), light].map(fresh));
    expect(partition(grouping)).toEqual(['a light', 'b']);
    expect(partition(ask([fresh(light)]))).toEqual([]);
  });
});

describe('what a person decided', () => {
  const [a, b, c] = [seen('a', 1, { by: ['ann'] }), seen('b', 2, { by: ['ann'] }), seen('c', 3, { by: ['ann'] })];

  test('what was set apart stays apart; what comes joins one of the two', () => {
    const grouping = ask([inside('one', a), inside('two', b), fresh(c)], { apart: [['one', 'two']] });
    expect(partition(grouping)).toEqual(['a', 'b c']);
    expect(grouping.refused).toMatchObject([{ link: { rule: 'identity' } }]);
  });

  test('what was put together stays, though no rule says so', () => {
    const stranger = seen('x', 500, { by: ['zoe'] });
    expect(partition(ask([inside('one', a), inside('one', stranger)]))).toEqual(['a x']);
  });

  test('two in which something is carried out do not become one', () => {
    expect(partition(ask([inside('one', a), inside('two', b)], { worked: ['one', 'two'] }))).toEqual(['a', 'b']);
    expect(ask([inside('one', a), inside('two', b)], { worked: ['one'] }).clusters).toEqual([
      { members: ['a', 'b'], incidents: ['one', 'two'] },
    ]);
  });
});

const names = ['ann', 'bob', 'cat', 'dan', 'eve', 'fox'];
const name = fc.constantFrom(...names);
const anyTraits = fc
  .record({
    at: fc.integer({ min: 0, max: 200 }),
    by: fc.uniqueArray(name, { maxLength: 2 }),
    session: fc.option(fc.constantFrom('s1', 's2')),
    takes: fc.option(name),
    changes: fc.option(name),
    about: fc.uniqueArray(name, { maxLength: 1 }),
    strong: fc.boolean(),
  })
  .map(({ at, by, session, takes, changes, about, strong }) => (id: string): Traits => {
    const one = seen(id, at, { by, about, strong });
    return {
      ...one,
      keys: [...one.keys, ...(session === null ? [] : [`session ${session}`])],
      took: takes === null || by[0] === undefined ? [] : [took(takes, at, by[0])],
      changed: changes === null || by[0] === undefined ? [] : [took(changes, at, by[0])],
    };
  });
const world = fc
  .record({
    detections: fc.array(anyTraits, { minLength: 1, maxLength: 14 }),
    ways: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 })),
  })
  .map(({ detections, ways }) => ({ detections: detections.map((make, at) => make(`d${at}`)), ways: waysBy(ways) }));

/** Batch after batch, each with what stands already, as a server does it. */
function played(batches: readonly (readonly Traits[])[], ways: Ways): string[] {
  let standing: Grouped[] = [];
  let next = 0;
  for (const batch of batches) {
    standing = [...standing, ...batch.map(fresh)];
    const { clusters } = ask(standing, { ways });
    const places = new Map<string, string>();
    for (const { members, incidents } of clusters) {
      next += 1;
      const incident = incidents[0] ?? `inc ${next}`;
      for (const id of members) places.set(id, incident);
    }
    standing = standing.map((each) => ({ ...each, incident: places.get(each.traits.id) ?? each.incident }));
  }
  const byIncident = new Map<string, string[]>();
  for (const { traits, incident } of standing)
    if (incident !== null) byIncident.set(incident, [...(byIncident.get(incident) ?? []), traits.id]);
  return [...byIncident.values()].map((ids) => ids.sort().join(' ')).sort();
}

test('in whatever order and batches they come, the same comes of it', () => {
  const orders = world.chain(({ detections, ways }) =>
    fc.record({
      ways: fc.constant(ways),
      detections: fc.constant(detections),
      shuffled: fc.shuffledSubarray(detections, { minLength: detections.length }),
      sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 14, maxLength: 14 }),
    }),
  );
  fc.assert(
    fc.property(orders, ({ ways, detections, shuffled, sizes }) => {
      const batches: Traits[][] = [];
      let from = 0;
      for (const size of sizes) {
        batches.push(shuffled.slice(from, from + size));
        from += size;
      }
      expect(played(batches, ways)).toEqual(played([detections], ways));
    }),
    { numRuns: 2000 },
  );
});

test('whatever is asked, what is apart is never together', () => {
  const asked = world.chain((each) =>
    fc.record({
      world: fc.constant(each),
      places: fc.array(fc.constantFrom('one', 'two', 'three', null), { minLength: 14, maxLength: 14 }),
    }),
  );
  fc.assert(
    fc.property(asked, ({ world: { detections, ways }, places }) => {
      const standing = detections.map((traits, at) => ({ traits, incident: places[at] ?? null, pinned: false }));
      for (const { incidents } of ask(standing, { ways, apart: [['one', 'two']] }).clusters)
        expect(incidents).not.toEqual(expect.arrayContaining(['one', 'two']));
    }),
    { numRuns: 500 },
  );
});
