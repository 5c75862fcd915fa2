import { expect, test } from 'vitest';
import { mostPicked, stepToggle, trayOf } from './tray.ts';

const node = (id: string) => ({ kind: 'Pod', id, name: id });

test('a step is written as the command line prints it', () => {
  expect(stepToggle({ type: 'POD_EXEC', from: node('a:P/1'), to: node('a:P/2') })).toBe('POD_EXEC a:P/1 → a:P/2');
  expect(stepToggle({ type: 'X', from: node('a'), with: [node('b'), node('c')], to: node('d') })).toBe(
    'X a + b + c → d',
  );
});

test('whatever an address holds, the tray is texts, each once, and not too many', () => {
  expect(trayOf(undefined)).toBeUndefined();
  expect(trayOf('a')).toBeUndefined();
  expect(trayOf([])).toBeUndefined();
  expect(trayOf([1, '', 'a', null, 'a', { b: 1 }, 'x'.repeat(2001)])).toEqual(['a']);
  expect(trayOf(Array.from({ length: 99 }, (_, i) => `t${i}`))).toHaveLength(mostPicked);
});
