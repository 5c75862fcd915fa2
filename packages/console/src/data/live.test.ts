import { expect, test } from 'vitest';
import { staleAfter } from './live.ts';

const event = (type: string, incident: string | null) => JSON.stringify({ type, incident });

test('a step event leaves the large answers alone', () => {
  expect(staleAfter(event('step.applied', 'i1'))).toEqual([
    ['incidents'],
    ['incident', 'i1', 'case'],
    ['incident', 'i1', 'execution'],
    ['incident', 'i1', 'ledger'],
  ]);
});

test('any other event of an incident makes all of that incident stale, and no other', () => {
  expect(staleAfter(event('plan.made', 'i1'))).toEqual([['incidents'], ['incident', 'i1']]);
});

test('events of the installation and events that cannot be read make everything stale', () => {
  expect(staleAfter(event('estate.collected', null))).toEqual([[]]);
  expect(staleAfter('not json')).toEqual([[]]);
  expect(staleAfter('{"kind":"other"}')).toEqual([[]]);
});
