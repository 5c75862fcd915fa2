import { expect, test } from 'vitest';
import { blast } from '../../../test/fake-estate.ts';
import { FakeWorld } from '../../../test/fake-world.ts';
import { reachOf } from './reach.ts';

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
