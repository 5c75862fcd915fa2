import { expect, test } from 'vitest';
import { detectionsSearch } from './detections-search.ts';

test('an address narrows the list, and what it made up is left out', () => {
  expect(detectionsSearch({ incident: 'none', severity: 'high', verdict: 'none', suppressed: 'only' })).toEqual({
    incident: 'none',
    severity: 'high',
    verdict: 'none',
    suppressed: 'only',
  });
  expect(detectionsSearch({ severity: 'worst', verdict: 7, text: '', detector: ['a'], suppressed: 'hidden' })).toEqual(
    {},
  );
  expect(detectionsSearch({ text: 'x'.repeat(900) }).text).toHaveLength(200);
});
