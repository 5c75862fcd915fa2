import { readdirSync } from 'node:fs';
import { lever } from '@firebreak/contract';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leverSuite } from '../../../exchange/testing/lever-suite.case.ts';
import litellm from '../index.ts';
import type { LitellmSession } from '../session.ts';
import { memoryWorld } from './cases/memory-proxy.case.ts';
import { cases, stateOf, type World, watch } from './cases/world.case.ts';
import { actions } from './index.ts';
import { throttled, throttledLimits } from './throttle-key.ts';

const signal = new AbortController().signal;
const key = 'sk-of-the-test';

leverSuite<LitellmSession, World>({
  name: 'memory',
  actions,
  // Nobody listens where the abused key could be tried: that is shown on the real proxy.
  cases: cases.map((each) => (each.action === 'litellm.block-key' ? { ...each, probes: ['cannot-tell'] } : each)),
  make: async () => memoryWorld(key),
  session: ({ session }) => session,
  watch: (session, interruption) => {
    if (session.kind === 'file') throw new Error('a file has no levers');
    return watch(session, interruption);
  },
  stateOf,
});

test('every action is in its own file, is named like it, and has a case', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `litellm.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual(files.sort());
});

test('a file and another proxy are refused before anything is asked, and permissions name the routes', async () => {
  const world = memoryWorld(key);
  const file: LitellmSession = { kind: 'file', file: 'config.yaml', server: world.session.server };
  for (const each of cases) {
    const action = actions.find(({ id }) => id === each.action);
    const params = action?.params.parse(each.params(world)) as Record<string, unknown>;
    await expect(action?.read({ session: file, signal, key: 'test' }, params)).rejects.toMatchObject({
      code: 'FB-SOURCE-READ-ONLY',
    });
    const elsewhere = { ...params, server: 'other.example' };
    await expect(action?.read({ session: world.session, signal, key: 'test' }, elsewhere)).rejects.toMatchObject({
      code: 'FB-NOT-FOUND',
    });
    expect(litellm.answersFor?.(world.session, params)).toBe(true);
    expect(litellm.answersFor?.(world.session, elsewhere)).toBe(false);
    expect(lever(each.action, params).params).toEqual(params);
    for (const route of action?.permissions ?? []) expect(litellm.permissions([each.action])).toContain(route);
  }
  expect(litellm.canAct?.(file)).toBe(false);
  expect(litellm.permissions([])).not.toContain('proxy_admin:');
});

describe('refusals', () => {
  const run = async (id: string, params: object) => {
    const action = actions.find((each) => each.id === id);
    const attempt = { session: memoryWorld(key).session, signal, key: 'test' };
    const parsed: unknown = action?.params.parse({ server: 'llm.example', ...params });
    const { record } = (await action?.read(attempt, parsed)) ?? {};
    expect(action?.preview(parsed, record)).toEqual([]);
    return action?.apply(attempt, parsed, record);
  };
  test('what the file owns, what nobody answers for, and what is not there', async () => {
    const refused = { outcome: 'refused', code: 'FB-STEP-REFUSED', retryable: false };
    expect(await run('litellm.block-model', { model: 'from-the-file' })).toMatchObject(refused);
    expect(await run('litellm.swap-model', { model: 'assistant', to: 'gone' })).toMatchObject(refused);
    // What is gone cannot be used either.
    expect(await run('litellm.block-key', { token: '0'.repeat(64) })).toEqual({ outcome: 'done' });
  });
  test('a limit is never loosened, and what was tighter before stays', async () => {
    const limit = actions.find(({ id }) => id === 'litellm.limit-key');
    const world = memoryWorld(key);
    const attempt = { session: world.session, signal, key: 'test' };
    const params: unknown = limit?.params.parse({ server: 'llm.example', token: world.token, requestsPerMinute: 80 });
    const { record } = (await limit?.read(attempt, params)) ?? {};
    expect(limit?.preview(params, record)).toEqual([]);
    expect(await limit?.apply(attempt, params, record)).toEqual({ outcome: 'done' });
    expect(await stateOf(world)).toMatchObject({ key: [false, 50, null, 5] });
  });
});

describe('throttling', () => {
  test('follows the score: less at a higher one, never more than there was, nothing at certainty alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (limit, a, b) => {
          const [low, high] = a < b ? [a, b] : [b, a];
          expect(throttled(limit, high)).toBeLessThanOrEqual(throttled(limit, low));
          expect(throttled(limit, low)).toBeLessThanOrEqual(limit);
          expect(throttled(limit, high) === 0).toBe(high === 1);
        },
      ),
    );
    expect([0, 0.1, 0.5, 0.9, 1].map((score) => throttled(100, score))).toEqual([100, 81, 25, 1, 0]);
  });
  test('a key without limits counts as having the usual ones', () => {
    const usual = { requestsPerMinute: 60, tokensPerMinute: 60_000 };
    const none = { rpm_limit: null, tpm_limit: null, max_budget: null };
    expect(throttledLimits({ score: 0.5, usual }, none)).toEqual({ rpm_limit: 15, tpm_limit: 15_000 });
  });
});
