import type { Moment } from '@firebreak/contract/answers/timeline';
import { expect, test } from 'vitest';
import { timelineSearch, together } from './timeline-search.ts';

const moment = (id: string, minute: number, kind: Moment['kind']) =>
  ({ id, at: `2026-03-04T02:0${minute}:00.000Z`, kind }) as Moment;

test('what happened at one time stands beside what saw it, and nothing is lost', () => {
  const found = together([
    moment('seen', 1, 'detection'),
    moment('done', 1, 'data'),
    moment('seen too', 1, 'detection'),
    moment('cut', 2, 'response'),
    moment('approved', 3, 'human'),
  ]);
  expect(found.map(({ lanes }) => lanes.map(({ lane, moments }) => [lane, moments.map(({ id }) => id)]))).toEqual([
    [
      ['estate', ['done']],
      ['seen', ['seen', 'seen too']],
    ],
    [['ours', ['cut']]],
    [['ours', ['approved']]],
  ]);
});

test('an address that names no kind shows all', () => {
  expect(timelineSearch({ kind: 'data' })).toEqual({ kind: 'data' });
  expect(timelineSearch({ kind: 'everything' })).toEqual({});
});
