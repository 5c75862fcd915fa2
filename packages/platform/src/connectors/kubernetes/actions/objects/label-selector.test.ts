import { expect, test } from 'vitest';
import { selects } from './label-selector.ts';

test('selectors', () => {
  const expression = (operator: string, values: string[] = []) => ({
    matchExpressions: [{ key: 'app', operator, values }],
  });
  expect(selects({}, {})).toBe(true);
  expect(selects(expression('In', ['a']), { app: 'a' })).toBe(true);
  expect(selects(expression('In', ['a']), {})).toBe(false);
  expect(selects(expression('NotIn', ['a']), {})).toBe(true);
  expect(selects(expression('Exists'), { app: '' })).toBe(true);
  expect(selects(expression('DoesNotExist'), { app: '' })).toBe(false);
  expect(selects(expression('Near'), { app: 'a' })).toBe(false);
});
