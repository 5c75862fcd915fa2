import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axesOf, boxOf, frontLine, labelled, placed, ticks } from './choice-scale.ts';
import { beatenBy, type Option, span } from './option-words.ts';

const frame = { width: 620, height: 330, left: 58, right: 34, top: 38, bottom: 48 };
const amount = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true }));
const options = fc
  .array(fc.record({ risk: amount, outage: amount, seconds: amount }), { minLength: 1, maxLength: 8 })
  .map((all) => all.map((axes, at): Option => ({ name: `option ${at}`, why: '', front: true, ...axes })))
  .map((all) => all.map((option) => ({ ...option, front: beatenBy(option, all) === undefined })));

test('every option stands within the frame, with its name', () => {
  fc.assert(
    fc.property(options, (all) => {
      const places = placed(all, frame);
      for (const { x, y, radius } of places) {
        expect(x).toBeGreaterThanOrEqual(frame.left);
        expect(x).toBeLessThanOrEqual(frame.width - frame.right);
        expect(y).toBeGreaterThanOrEqual(frame.top - 1e-6);
        expect(y).toBeLessThanOrEqual(frame.height - frame.bottom);
        expect(radius).toBeGreaterThan(0);
      }
      const labels = labelled(places, frame);
      expect(labels.flatMap(({ names }) => names).toSorted()).toEqual(all.map(({ name }) => name).toSorted());
      for (const label of labels) {
        const { left, right } = boxOf(label);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(frame.width);
      }
    }),
  );
});

test('names lie over nothing where there is room, and those of one place stand together', () => {
  const at = (name: string, outage: number, risk: number) => ({
    name,
    why: '',
    front: true,
    risk,
    outage,
    seconds: 100,
  });
  const places = placed(
    [
      at('cheapest', 149, 449),
      at('staged', 149, 449),
      at('one-person', 113, 449),
      at('nothing', 0, 460),
      at('full-freeze', 180, 460),
    ],
    frame,
  );
  const labels = labelled(places, frame);
  expect(labels.map(({ names }) => names)).toContainEqual(['Cheapest', 'Staged']);
  const boxes = labels.map(boxOf);
  for (const [one, box] of boxes.entries())
    for (const other of boxes.slice(one + 1))
      expect(
        box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top,
      ).toBe(true);
});

test('risks that lie close together are told apart, and no others leave 0 out', () => {
  const at = (...risks: number[]) =>
    axesOf(risks.map((risk) => ({ name: '', why: '', outage: 0, seconds: 0, front: true, risk }))).risk;
  expect(at(430, 450)).toEqual({ from: 420, to: 450 });
  expect(at(449.9, 450)).toEqual({ from: 0, to: 450 });
  expect(at(33, 80)).toEqual({ from: 0, to: 80 });
  expect(at(7, 7)).toEqual({ from: 0, to: 7 });
  expect(at(0)).toEqual({ from: 0, to: 1 });
});

test('somebody is always on the front, and whoever is not is beaten by somebody', () => {
  fc.assert(
    fc.property(options, (all) => {
      expect(all.some(({ front }) => front)).toBe(true);
      expect(frontLine(placed(all, frame))).toMatch(/^M/);
      for (const option of all) {
        const better = beatenBy(option, all);
        if (better !== undefined) expect(beatenBy(better, [option])).toBeUndefined();
      }
    }),
  );
});

test('an axis has a few round marks', () => {
  expect(ticks({ from: 0, to: 80 })).toEqual([0, 20, 40, 60, 80]);
  expect(ticks({ from: 0, to: 91 })).toEqual([0, 25, 50, 75]);
  expect(ticks({ from: 449.7, to: 450.2 })).toEqual([449.8, 450, 450.2]);
  expect(ticks({ from: 0, to: 0.3 })).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticks({ from: 3, to: 3 })).toEqual([3]);
});

test('a span is told in its largest unit', () => {
  expect([0, 89, 90, 610, 7300].map(span)).toEqual(['0 s', '89 s', '2 min', '10 min', '2.0 h']);
});
