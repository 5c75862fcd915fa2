/** open → rotated → the old one is dead → done, and the ways around it. */
import { expect, test } from 'vitest';
import { probed, said, together } from './advance.ts';

test('rotated is not done: a dead old one is', () => {
  expect(said('open', 'rotated', 'ticket 8')).toMatchObject({ state: 'open', data: { step: 'rotated' } });
  expect(probed('rotated', { result: 'dead', evidence: '401.' })).toMatchObject({
    state: 'done',
    proof: 'The old one is dead: 401.',
  });
  expect(probed('rotated', { result: 'alive', evidence: '200.' })).toMatchObject({
    state: 'failed',
    data: { step: 'rotated' },
  });
});

test('what cannot be told is not done by a probe; a person may vouch, once it was rotated, and that is said', () => {
  expect(probed('rotated', { result: 'cannot-tell', evidence: 'No answer.' }).state).toBe('open');
  expect(() => said('open', 'done', 'trust me')).toThrow('FB-RECOVERY-STATE');
  expect(said('rotated', 'done', 'deleted in the vault')).toMatchObject({
    state: 'done',
    proof: 'Nothing tried the old one; somebody vouches for it: deleted in the vault',
  });
});

test('one that was done and lives after all is open again', () => {
  expect(probed('done', { result: 'alive', evidence: '200.' })).toMatchObject({
    state: 'failed',
    data: { step: 'rotated' },
  });
});

test('of several systems one that lets it in is enough; refused is dead only where it was issued, and by all', () => {
  const tried = (result: 'alive' | 'dead' | 'cannot-tell', issued?: boolean) => ({
    verdict: { result, evidence: `${result}.` },
    issued,
  });
  expect(together([tried('dead', true), tried('alive', true)]).result).toBe('alive');
  expect(together([tried('dead', true), tried('cannot-tell', true)]).result).toBe('cannot-tell');
  expect(together([tried('dead'), tried('dead', true)]).result).toBe('dead');
  expect(together([tried('dead')])).toEqual({
    result: 'cannot-tell',
    evidence: 'dead. But nothing tells whether it was issued there.',
  });
  expect(together([]).result).toBe('cannot-tell');
});
