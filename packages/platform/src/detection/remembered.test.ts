/** Whatever is remembered is whole, the newest are remembered as far as there is room, and in their order. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RememberedEvents } from './remembered.ts';

const event = (id: number, size: number) => JSON.stringify({ id: String(id), text: 'ä'.repeat(size) });
const told = fc.array(fc.record({ id: fc.nat(30), size: fc.nat(120), bytes: fc.boolean() }), { maxLength: 120 });

test('what is remembered is whole, and is the newest', () => {
  fc.assert(
    fc.property(told, (events) => {
      const ring = new RememberedEvents(1000);
      const last = new Map<string, string>();
      for (const { id, size, bytes } of events) {
        const form = event(id, size);
        ring.add(String(id), bytes ? Buffer.from(form) : form);
        last.delete(String(id));
        last.set(String(id), form);
        for (const known of ring.ids) expect(JSON.stringify(ring.get(known))).toBe(last.get(known));
        expect(ring.ids).toEqual([...last.keys()].slice(-ring.ids.length || last.size));
        expect(ring.ids.at(-1)).toBe(String(id));
      }
    }),
  );
});

test('half of its room at least is used, and what is larger than all of it is let go', () => {
  const ring = new RememberedEvents(1000);
  for (let id = 0; id < 100; id += 1) ring.add(String(id), event(id, 1).padEnd(50));
  expect(ring.ids.length).toBeGreaterThanOrEqual(10);
  ring.add('large', ' '.repeat(1001));
  expect(ring.get('large')).toBeUndefined();
  expect(ring.ids).toContain('99');
});

test('no more than so many, however small', () => {
  const ring = new RememberedEvents();
  for (let id = 0; id < 65_000; id += 1) ring.add(String(id), '{}');
  expect(ring.ids.length).toBe(20_000);
  expect(ring.ids[0]).toBe('45000');
});
