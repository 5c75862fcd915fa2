import { expect, test } from 'vitest';
import { ProblemError, problemOf } from '../../data/problem.ts';
import { composeQuery } from '../../data/query-text.ts';
import { queryFault } from './query-fault.ts';

const refused = (position: number) =>
  new ProblemError({
    code: 'FB-QUERY-INVALID',
    what: '',
    why: `"x" is no field (position ${position + 1}).`,
    next: '',
    detail: { query: '', position },
  });

test('the position is one in what was typed, whatever was put around it', () => {
  expect(queryFault(refused(8), composeQuery('class = modell', {}))).toEqual({ why: '"x" is no field.', at: 8 });
  expect(queryFault(refused(9), composeQuery('class = modell', { owner: ['a'] }))?.at).toBe(8);
  expect(queryFault(refused(3), composeQuery('part-of-a-name', {}))?.at).toBeNull();
});

test('other errors are no fault of the query', () => {
  expect(queryFault(problemOf('FB-SERVER-UNREACHABLE', ''), composeQuery('', {}))).toBeNull();
  expect(queryFault(null, composeQuery('', {}))).toBeNull();
});
