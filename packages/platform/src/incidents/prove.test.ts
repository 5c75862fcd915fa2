import type { Completeness, Plan } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { planOf } from '../execution/testing/switchboard.case.ts';
import { createProve } from './prove.ts';

const secret = { kind: 'Secret', id: 'kubernetes:Secret/a/b', name: 'b' };
const gap = { kinds: ['Secret'], where: 'a', code: 'FB-K8S-FORBIDDEN', reason: 'No.', next: 'Grant it.' };
const limited: Completeness = { answer: 'limited', reasons: [gap] };
const complete: Completeness = { answer: 'complete' };

function prove(plan: Partial<Plan>, reachable: readonly (typeof secret)[], completeness: Completeness) {
  const made = createProve({
    plan: async () => ({ ...planOf([]), ...plan }),
    reach: async () => ({ reachable, completeness }),
  });
  return made({ incident: 'i', planDigest: 'd' }, new AbortController().signal);
}

test('contained: nothing protected is reachable and everything was read', async () => {
  expect(await prove({}, [], complete)).toEqual({
    contained: true,
    reachable: [],
    detail: 'A fresh collect shows nothing protected that is reachable.',
  });
});

test('one protected node is enough for not contained; what is itself compromised does not count', async () => {
  expect(await prove({}, [secret], complete)).toMatchObject({ contained: false, reachable: [secret] });
  expect(await prove({ compromised: [secret] }, [secret], complete)).toMatchObject({ contained: true, reachable: [] });
});

test('what is open comes with the best ways to it, asked for only then', async () => {
  const way = { start: secret, goal: secret, likelihood: 1, steps: [] };
  const asked: unknown[] = [];
  const waysTo = (goals: unknown) => {
    asked.push(goals);
    return [way];
  };
  const of = (reachable: readonly (typeof secret)[]) =>
    createProve({
      plan: async () => planOf([]),
      reach: async () => ({ reachable, completeness: complete, waysTo }),
    })({ incident: 'i', planDigest: 'd' }, new AbortController().signal);
  expect((await of([secret])).paths).toEqual([way]);
  expect((await of([])).paths).toBeUndefined();
  expect(asked).toEqual([[secret]]);
});

test('a gap that was not there when the plan was approved could hide a path', async () => {
  expect(await prove({ completeness: limited }, [], limited)).toMatchObject({ contained: true });
  const blind = await prove({ completeness: complete }, [], limited);
  expect(blind.contained).toBe(false);
  expect(blind.detail).toMatch(/a: No\.$/);
});
