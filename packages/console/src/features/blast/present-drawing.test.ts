import { expect, test } from 'vitest';
import { blast, drawing } from '../../../test/fake-estate.ts';
import { presentDrawing, showsPlan } from './present-drawing.ts';

const jewels = new Set(blast(false).jewels.map(({ id }) => id));

test('nothing is drawn as safe or severed before the plan was carried out', () => {
  const planned = drawing(true);
  expect(showsPlan(planned)).toBe(true);
  const present = presentDrawing(planned, jewels);
  expect(showsPlan(present)).toBe(false);
  expect(present).toEqual(drawing(false));
});

test('a drawing without a plan stays the very same object', () => {
  const open = drawing(false);
  expect(presentDrawing(open, jewels)).toBe(open);
});
