/** A value has one number or none, however many there are and whoever chose them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fnv1a } from '../../kernel/fnv.ts';
import { DistinctValues } from './distinct-values.ts';
import { fnv1aOfText } from './hash.ts';

const numberOf = (values: DistinctValues, text: string) => {
  const bytes = Buffer.from(`"${text}"`);
  return values.numberOf(bytes, 1, bytes.length - 1);
};

test('each text has the number that it got first', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 300 }), (texts) => {
      const values = new DistinctValues();
      const numbers = new Map<string, number | undefined>();
      for (const text of texts) {
        const number = numberOf(values, text);
        expect(number).toBe(numbers.get(text) ?? numbers.size);
        numbers.set(text, number);
      }
      const kept = values.texts();
      expect([...numbers.keys()]).toEqual(Array.from({ length: kept.length }, (_, number) => kept.at(number)));
    }),
  );
});

test('texts that were chosen to fall into one place cost little, and none gets a second number', () => {
  const chosen: string[] = [];
  for (let at = 0; chosen.length < 300; at += 1) if ((fnv1a(`x${at}`) & 0xfff) === 7) chosen.push(`x${at}`);
  const values = new DistinctValues();
  const first = chosen.map((text) => numberOf(values, text));
  expect(first.filter((number) => number === undefined).length).toBeGreaterThan(200);
  // What was told once is told again or is not known: never another number.
  for (const [at, text] of chosen.entries()) expect([first[at], undefined]).toContain(numberOf(values, text));
});

test('the hash of bytes is that of the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (prefix, text) => {
      const bytes = Buffer.from(text);
      expect(fnv1aOfText(bytes, 0, bytes.length, fnv1a(prefix))).toBe(fnv1a(`${prefix}${text}`));
    }),
  );
});
