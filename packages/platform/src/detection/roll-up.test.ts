/** Many of one hand are one; nothing is told twice with less, and all is told in the end, whoever restarts in between. */
import type { Detection } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollUp } from './roll-up.ts';

function found(no: number, minute: number, by = 'a', detector = 'sigma/x'): Detection {
  const time = new Date(Date.UTC(2026, 10, 21, 10, minute)).toISOString();
  return {
    id: `${detector} ${by} ${no}`,
    detector,
    status: 'stable',
    severity: 'high',
    title: 't',
    first: time,
    last: time,
    by: by === '' ? [] : [by],
    about: [`thing ${no}`],
    sessions: ['s'],
    events: [{ id: `e${no}`, digest: 'd', time, where: { locator: 'l' } }],
    count: 1,
    what: 'w',
    why: 'y',
    next: 'n',
    techniques: [],
  };
}

test('the first at once, then ever more rarely, and the rest when time comes', () => {
  const rolls = new RollUp();
  const told = Array.from({ length: 30 }, (_, no) => rolls.add(found(no, no))?.count);
  expect(told.filter((count) => count !== undefined)).toEqual([1, 2, 5, 10, 20]);
  const [all, ...none] = [...rolls.settle(0)];
  expect({ id: all?.id, count: all?.count, events: all?.events.length, last: all?.events.at(-1)?.id }).toEqual({
    id: 'sigma/x a 0',
    count: 30,
    events: 20,
    last: 'e29',
  });
  expect(none).toEqual([]);
  expect([...rolls.settle(0)]).toEqual([]);
});

test('another actor, another rule, another hour, or no actor at all: another detection', () => {
  const rolls = new RollUp();
  const ids = [
    found(1, 0),
    found(2, 1, 'b'),
    found(3, 2, 'a', 'sigma/y'),
    found(4, 61),
    found(5, 62, ''),
    found(6, 63, ''),
  ];
  expect(ids.map((each) => rolls.add(each)?.id)).toEqual(ids.map(({ id }) => id));
});

test('a restart between any two changes nothing; every event is counted once', () => {
  const step = fc.record({
    by: fc.constantFrom('a', 'b'),
    minute: fc.integer({ min: 0, max: 200 }),
    restarts: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const run = (restart: boolean) => {
        let rolls = new RollUp();
        const told: Detection[] = [];
        for (const [no, { by, minute, restarts }] of steps.entries()) {
          const each = rolls.add(found(no, minute, by));
          if (each !== undefined) told.push(each);
          if (restart && restarts) rolls = new RollUp(JSON.parse(JSON.stringify(rolls.state())));
        }
        return [...told, ...rolls.settle(0)];
      };
      const told = run(false);
      expect(run(true)).toEqual(told);
      const newest = new Map<string, number>();
      for (const { id, count } of told) {
        // What is told again says more than before.
        expect(count).toBeGreaterThan(newest.get(id) ?? 0);
        newest.set(id, count);
      }
    }),
  );
});
