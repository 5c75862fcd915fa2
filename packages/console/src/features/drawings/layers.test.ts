import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boxHeight, boxWidth, layered } from './layers.ts';

const drawing = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 }).chain((ids) =>
  fc.record({
    boxes: fc.constant(ids.map((id) => ({ id: `n${id}`, column: (id * 7) % 5 }))),
    lines: fc.array(
      fc.record({ from: fc.nat(70).map((id) => `n${id}`), to: fc.constantFrom(...ids.map((id) => `n${id}`)) }),
      { maxLength: 60 },
    ),
  }),
);

test('every box has a place of its own within the drawing, and columns keep their order', () => {
  fc.assert(
    fc.property(drawing, ({ boxes, lines }) => {
      const { places, width, height } = layered(boxes, lines);
      expect(places.size).toBe(boxes.length);
      const all = boxes.map((box) => ({ ...box, ...(places.get(box.id) ?? { x: -1, y: -1 }) }));
      for (const box of all) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + boxWidth).toBeLessThanOrEqual(width);
        expect(box.y + boxHeight).toBeLessThanOrEqual(height);
        for (const other of all) {
          if (other.id === box.id) continue;
          if (other.column > box.column) expect(other.x).toBeGreaterThan(box.x + boxWidth);
          if (other.column === box.column) expect(Math.abs(other.y - box.y)).toBeGreaterThanOrEqual(boxHeight);
        }
      }
    }),
  );
});

test('boxes stand opposite to what they are linked to', () => {
  const boxes = ['a', 'b', 'c'].flatMap((id) => [
    { id, column: 0 },
    { id: `${id}2`, column: 1 },
  ]);
  const { places } = layered(boxes, [
    { from: 'a', to: 'c2' },
    { from: 'b', to: 'b2' },
    { from: 'c', to: 'a2' },
  ]);
  expect(places.get('a')?.y).toBe(places.get('c2')?.y);
  expect(places.get('c')?.y).toBe(places.get('a2')?.y);
});

test('a line that passes a column has a lane there, clear of every box', () => {
  fc.assert(
    fc.property(drawing, ({ boxes, lines }) => {
      const { places, lanesOf } = layered(boxes, lines);
      const columns = [...new Set(boxes.map(({ column }) => column))].sort((a, b) => a - b);
      const place = (id: string) => columns.indexOf(boxes.find((box) => box.id === id)?.column ?? 0);
      for (const line of lines.filter(({ from }) => places.has(from))) {
        const lanes = lanesOf(line);
        expect(lanes.length).toBe(Math.max(0, place(line.to) - place(line.from) - 1));
        for (const lane of lanes)
          for (const box of places.values())
            if (box.x === lane.x) expect(lane.y < box.y || lane.y > box.y + boxHeight).toBe(true);
      }
    }),
  );
});
