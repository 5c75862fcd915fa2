import { expect, test } from 'vitest';
import { blast } from '../../../test/fake-estate.ts';
import { FakeWorld } from '../../../test/fake-world.ts';
import { isOutdated, reachOf } from './reach.ts';

const execution = (id: string) => new FakeWorld().get(id)?.execution ?? expect.fail(id);

test('a limited reading says at least', () => {
  expect(reachOf(blast(false), null)).toMatchObject({ value: '5', tone: 'jewel' });
  expect(reachOf(blast(true), null).value).toBe('at least 5');
});

test('no jewel in a limited reading is a warning and no all-clear', () => {
  const none = { ...blast(true), counts: { ...blast(true).counts, jewels: 0 } };
  expect(reachOf(none, null).tone).toBe('warn');
});

test('after a proof the proof counts, good or bad, and an undo ends it', () => {
  expect(reachOf(blast(false), execution('inc-3aa7'))).toMatchObject({ value: '0', tone: 'good' });
  expect(reachOf(blast(false), execution('inc-4d02'))).toMatchObject({ value: '1', tone: 'danger' });
  expect(reachOf(blast(false), { ...execution('inc-3aa7'), direction: 'undo' }).label).toBe('Crown jewels in reach');
});

test('an estate that was read before the last step is no all-clear', () => {
  const undone = { ...execution('inc-3aa7'), direction: 'undo' as const, state: 'undone' as const, proof: null };
  const none = { ...blast(false), counts: { ...blast(false).counts, jewels: 0 } };
  expect(reachOf(none, undone, '2026-03-04T03:01:00.000Z')).toMatchObject({ value: '0?', tone: 'warn' });
  expect(reachOf(none, undone, '2026-03-04T03:09:00.000Z')).toMatchObject({ value: '0', tone: 'neutral' });
  expect(isOutdated('2026-03-04T03:01:00.000Z', null)).toBe(false);
});
