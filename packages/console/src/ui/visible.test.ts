import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pieces, shorten, visible } from './visible.ts';

test('a direction override cannot turn a name around', () => {
  expect(visible('model\u202egnp.exe')).toBe('model⟨U+202E⟩gnp.exe');
  expect(pieces('a\u0007b')).toEqual([
    { text: 'a', deceiving: false },
    { text: '⟨U+0007⟩', deceiving: true },
    { text: 'b', deceiving: false },
  ]);
});

test('ordinary names of any script stay as they are', () => {
  for (const name of ['predictor-0', 'größe', '模型', 'مدل', 'tags: 🔥', '']) expect(visible(name)).toBe(name);
});

test('what is shown never holds a deceiving character, and pieces and visible agree', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const shown = visible(text);
      expect(visible(shown)).toBe(shown);
      expect(
        pieces(text)
          .map((piece) => piece.text)
          .join(''),
      ).toBe(shown);
    }),
  );
});

test('shortening keeps both ends and the limit', () => {
  expect(shorten('abcdefghij', 5)).toBe('ab…ij');
  expect(shorten('abcde', 5)).toBe('abcde');
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 3, max: 40 }), (text, most) => {
      expect([...shorten(text, most)].length).toBeLessThanOrEqual(most);
    }),
  );
});
