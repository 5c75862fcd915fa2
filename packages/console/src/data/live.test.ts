import { expect, test } from 'vitest';
import { staleAfter } from './live.ts';

const event = (type: string, incident: string | null) => JSON.stringify({ type, incident });

test('while a plan runs only the small answers are asked for at once', () => {
  expect(staleAfter(event('execution', 'i1'))).toEqual({
    now: [['incidents'], ['incident', 'i1', 'case'], ['incident', 'i1', 'execution'], ['incident', 'i1', 'ledger']],
    whenQuiet: [['incident', 'i1'], ['estate']],
  });
});

test('any other event of an incident makes all of that incident stale, and no other', () => {
  expect(staleAfter(event('plan', 'i1'))).toEqual({ now: [['incidents'], ['incident', 'i1']], whenQuiet: [] });
});

test('new detections make the queue stale at once, and neither the estate nor another incident', () => {
  expect(staleAfter(event('detection', 'i1'))).toEqual({
    now: [['incidents'], ['incident', 'i1', 'case']],
    whenQuiet: [['detections'], ['incident', 'i1']],
  });
  expect(staleAfter(event('detection', null))).toEqual({ now: [['incidents']], whenQuiet: [['detections']] });
});

test('events of the installation and events that cannot be read make everything stale', () => {
  const everything = { now: [[]], whenQuiet: [] };
  expect(staleAfter(event('missed', null))).toEqual(everything);
  expect(staleAfter('not json')).toEqual(everything);
  expect(staleAfter('{"kind":"other"}')).toEqual(everything);
});
