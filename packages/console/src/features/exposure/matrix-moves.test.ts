import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellWidth, headHeight, moved, nameWidth, rowHeight, scrollFor } from './matrix-moves.ts';

const size = { identities: 30, assets: 12 };
const keys = ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'];

test('no key leads out of the matrix, and other keys lead nowhere', () => {
  fc.assert(
    fc.property(
      fc.nat(29),
      fc.nat(11),
      fc.array(fc.record({ key: fc.constantFrom(...keys), ctrlKey: fc.boolean() }), { maxLength: 20 }),
      (identity, asset, presses) => {
        let cell = { identity, asset };
        for (const press of presses) cell = moved(cell, press, size) ?? cell;
        expect(cell.identity).toBeGreaterThanOrEqual(0);
        expect(cell.identity).toBeLessThan(30);
        expect(cell.asset).toBeGreaterThanOrEqual(0);
        expect(cell.asset).toBeLessThan(12);
      },
    ),
  );
  expect(moved({ identity: 1, asset: 1 }, { key: 'Tab', ctrlKey: false }, size)).toBeNull();
  expect(moved({ identity: 1, asset: 1 }, { key: 'End', ctrlKey: true }, size)).toEqual({ identity: 29, asset: 11 });
});

test('after scrolling the cell is between head and lower edge, names and right edge', () => {
  fc.assert(
    fc.property(
      fc.nat(4999),
      fc.nat(499),
      fc.nat(100_000),
      fc.nat(10_000),
      (identity, asset, scrollTop, scrollLeft) => {
        const sight = { scrollTop, scrollLeft, clientHeight: 500, clientWidth: 900 };
        const { top, left } = scrollFor({ identity, asset }, sight) ?? { top: scrollTop, left: scrollLeft };
        expect(identity * rowHeight).toBeGreaterThanOrEqual(top);
        expect((identity + 1) * rowHeight).toBeLessThanOrEqual(top + 500 - headHeight);
        expect(asset * cellWidth).toBeGreaterThanOrEqual(left);
        expect((asset + 1) * cellWidth).toBeLessThanOrEqual(left + 900 - nameWidth);
      },
    ),
  );
});
