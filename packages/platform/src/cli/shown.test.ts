import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, Shown, show, table, visible, visibleJson } from './shown.ts';

/** Whatever a terminal might obey, besides the line breaks and colours that we write ourselves. */
const obeyed = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('whatever text comes in, nothing that a terminal obeys comes out, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const shown = visible(text);
      expect(shown).not.toMatch(obeyed);
      const unescaped = shown.replace(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      if (!text.includes('\\u')) expect(unescaped).toBe(text);
    }),
  );
});

test('JSON stays the same value and obeys nobody either', () => {
  fc.assert(
    fc.property(fc.json(), fc.string({ unit: 'binary' }), (json, text) => {
      const value = { [text]: JSON.parse(json) as unknown, text };
      const line = visibleJson(value);
      expect(line).not.toMatch(obeyed);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([
  ['clears the screen', '\u001b[2J', '\\u001b[2J'],
  ['the same in one byte', '\u009b2J', '\\u009b2J'],
  ['sets the title', '\u001b]0;owned\u0007', '\\u001b]0;owned\\u0007'],
  ['rubs out', 'good\b\b\b\bevil', 'good\\u0008\\u0008\\u0008\\u0008evil'],
  ['another line', 'a\r\nok    verified', 'a\\u000d\\u000aok    verified'],
  ['turns the direction', '\u202egnp.exe', '\\u202egnp.exe'],
  ['hides itself', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
])('text that %s is shown', (_, text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('a template escapes values, not itself, and not what is shown already', () => {
  expect(show`a\n${'b\n'} ${7} ${show`c\n`}`.text).toBe('a\nb\\u000a 7 c\n');
  expect(show`\\${'x'}`.text).toBe('\\x');
  expect(joined([show`a`, show`b`]).text).toBe('a\nb');
  expect(table(['head'], [['\u001b[2J'], [3]]).text).toContain('\\u001b[2J');
});

test('a look-alike is no shown text', () => {
  const forged = { text: '\u001b[2J' } as unknown as Shown;
  expect(Shown.is(forged)).toBe(false);
  expect(() => show`${forged}`).toThrow();
});
