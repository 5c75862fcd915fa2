import type { CouldDid } from '@firebreak/contract/answers/could-did';
import type { Drawing } from '@firebreak/contract/routes';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { actorSign, fieldOf } from './did-field.ts';

const span = { first: '2026-03-04T02:00:00.000Z', last: '2026-03-04T02:10:00.000Z', events: 3 };
const ref = (id: string) => ({ kind: 'Thing', id, name: id });

function drawing(ids: readonly string[], role: (id: string) => 'reached' | 'jewel' = () => 'reached'): Drawing {
  const nodes = ids.map((id, at) => ({
    ...{ id, kind: 'Thing', class: 'workload', label: id },
    ...{ x: at % 5, y: Math.floor(at / 5), hops: 1, role: role(id) },
  }));
  return { nodes, edges: [], omitted: 0 };
}

function answer(actors: readonly string[], touched: readonly string[], more: Partial<CouldDid> = {}): CouldDid {
  return {
    compromised: actors.map(ref),
    log: { events: 3, duplicates: 0, theirs: 3, within: 0 },
    could: { reached: 10, jewels: 1 },
    actors: actors.map((id) => ({ ...span, node: ref(id), sessions: [] })),
    did: touched.map((id) => ({
      ...{ ...span, node: ref(id), known: true, within: true, refused: 0, activities: {}, operations: [] },
      ...{ by: [...actors], way: [], examples: [] },
    })),
    ...{ abused: [], logged: [], untouched: [], unlogged: [] },
    completeness: { answer: 'complete' },
    ...more,
  };
}

test('what no log covers is unknown on the field, never silent', () => {
  const field = fieldOf(
    drawing(['kubernetes:A/a', 'aws:B/b', 'aws:C/c'], (id) => (id === 'aws:C/c' ? 'jewel' : 'reached')),
    answer([], [], { unlogged: [{ system: 'aws', reached: 2, jewels: 1, why: 'no log' }] }),
  );
  expect(field.dots.map(({ is }) => is)).toEqual(['silent', 'unknown', 'unknown-jewel']);
});

test('what is touched and is not in the drawing stands below it, and lines end at marks', () => {
  const field = fieldOf(
    drawing(['kubernetes:A/a', 'kubernetes:B/b']),
    answer(['kubernetes:A/a'], ['kubernetes:Gone/x'], {
      abused: [{ ...span, type: 'T', from: 'kubernetes:A/a', to: 'kubernetes:Gone/x', words: 'w', touched: [] }],
    }),
  );
  const gone = field.marks.find(({ sign }) => sign === '1');
  expect(field.outsideFrom).not.toBeNull();
  expect(gone?.y).toBeGreaterThan(field.outsideFrom ?? Number.POSITIVE_INFINITY);
  expect(field.lines).toMatchObject([{ b: { x: gone?.x, y: gone?.y } }]);
});

test('what was taken on the way has its number and no letter beside it', () => {
  const { marks } = fieldOf(
    drawing(['kubernetes:A/a', 'kubernetes:B/b']),
    answer(['kubernetes:A/a', 'kubernetes:B/b'], ['kubernetes:B/b']),
  );
  expect(marks.map(({ sign }) => sign)).toEqual(['A', '1']);
});

test('no mark covers another, however many stand at one place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 4 }), (touched, actors) => {
      const ids = Array.from({ length: touched }, (_, at) => `kubernetes:T/${at}`);
      const acting = Array.from({ length: actors }, (_, at) => `kubernetes:Actor/${at}`);
      const spread = drawing([...ids, ...acting]);
      const crowded = { ...spread, nodes: spread.nodes.map((node) => ({ ...node, x: 1, y: 1 })) };
      const { marks, height, width } = fieldOf(crowded, answer(acting, ids));
      expect(marks).toHaveLength(touched + actors);
      for (const [at, mark] of marks.entries()) {
        expect(mark.x >= 0 && mark.x <= width && mark.y >= 0 && mark.y <= height).toBe(true);
        for (const other of marks.slice(at + 1))
          expect(Math.hypot(mark.x - other.x, mark.y - other.y)).toBeGreaterThan(24);
      }
    }),
  );
});

test('actors beyond the alphabet keep signs of their own', () => {
  const signs = Array.from({ length: 80 }, (_, at) => actorSign(at));
  expect(new Set(signs).size).toBe(80);
});
