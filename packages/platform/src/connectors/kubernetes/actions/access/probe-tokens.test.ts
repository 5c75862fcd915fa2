import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { KubernetesApi } from '../../api.ts';
import { signal, twinWorld } from '../cases/twin-world.case.ts';
import invalidateTokens from '../invalidate-tokens.ts';
import { freshToken } from './fresh-token.ts';
import { probeTokens } from './probe-tokens.ts';

const account = { namespace: 'ml', name: 'predictor' };
const attempt = (session: KubernetesApi) => ({ session, signal, key: 'test' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Runs a probe that waits, without waiting. */
async function hurried<T>(work: Promise<T>): Promise<T> {
  const ended = work.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([ended, vi.advanceTimersByTimeAsync(500).then(() => false)])));
  return work;
}

test('a token that is still accepted after half a minute is a failure', async () => {
  const { api } = await twinWorld();
  const token = await freshToken(attempt(api), 'ml', 'predictor');
  if (!token.ok) throw new Error(token.reason);
  const results = await hurried(probeTokens(attempt(api), account, token.value));
  expect(results.map(({ result }) => result)).toEqual(['fails', 'fails', 'holds']);
  expect(results[1]?.evidence).toContain('30 s');
  expect(JSON.stringify(results)).not.toContain(token.value);
});

test('a server that remembers the token for a while is waited for', async () => {
  const { api } = await twinWorld();
  const before = await invalidateTokens.read(attempt(api), { namespace: 'ml', serviceAccount: 'predictor' });
  await invalidateTokens.apply(attempt(api), { namespace: 'ml', serviceAccount: 'predictor' }, before.record);
  let remembered = 4;
  const forgetful: KubernetesApi = {
    ...api,
    withToken: (token) => {
      const session = api.withToken(token);
      if (token !== before.sealed) return session;
      remembered -= 1;
      return remembered > 0 ? { ...session, create: async () => ({ ok: true, value: {} }) } : session;
    },
  };
  const results = await hurried(probeTokens(attempt(forgetful), account, before.sealed));
  expect(results.map(({ result }) => result)).toEqual(['holds', 'holds', 'holds']);
  expect(results[1]?.evidence).toBe('401 after 1.5 s.');
});

test('without a captured token it cannot be told', async () => {
  const { api } = await twinWorld();
  const results = await hurried(probeTokens(attempt(api), account, undefined));
  expect(results.map(({ result }) => result)).toEqual(['cannot-tell', 'holds']);
});
