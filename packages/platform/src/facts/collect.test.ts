import type { AnyConnector, AnyFact, Collected } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { collectEstate, collectSession } from './collect.ts';
import { manifestDigest, manifestSet } from './manifest-set.ts';

const namespace = (name: string, locator = 'a.yaml#1', labels = {}): AnyFact => ({
  id: `kubernetes:Namespace/${name}`,
  kind: 'kubernetes.namespace',
  data: { metadata: { name, labels, annotations: {}, ownerReferences: [] } },
  source: { connector: 'fixed', locator },
});

/** A connector that yields what it is given. */
function fixed(collected: readonly Collected[], closed: { count: number } = { count: 0 }): AnyConnector {
  return {
    id: 'fixed',
    title: 'Fixed',
    config: z.object({}),
    permissions: () => 'none',
    parse: () => ({}),
    connect: async () => ({}),
    close: async () => {
      closed.count += 1;
    },
    async *collect() {
      yield* collected;
    },
    actions: [],
  };
}
const signal = new AbortController().signal;

test('facts and gaps become an estate; the session is closed', async () => {
  const gap = { kinds: ['kubernetes.pod'], where: 'x', code: 'FB-K8S-FORBIDDEN', reason: 'no', next: 'ask' };
  const closed = { count: 0 };
  const { estate, gaps, address } = await collectEstate(fixed([{ fact: namespace('a') }, { gap }], closed), {}, signal);
  expect([estate.size, estate.gaps, gaps, address, closed.count]).toEqual([1, [gap], [gap], 'Fixed', 1]);
});

test('an object described twice: the later one counts; only a contradiction makes answers limited', async () => {
  const facts = [namespace('a'), namespace('a', 'b.yaml#1'), namespace('a', 'c.yaml#1', { tier: 'gold' })];
  const { estate, gaps } = await collectSession(fixed(facts.map((fact) => ({ fact }))), {}, signal);
  expect(estate.all('kubernetes.namespace').map((fact) => fact.source.locator)).toEqual(['c.yaml#1']);
  expect(gaps).toMatchObject([
    { code: 'FB-DUPLICATE', kinds: [], where: 'b.yaml#1' },
    { code: 'FB-DUPLICATE', kinds: ['kubernetes.namespace'], where: 'c.yaml#1' },
  ]);
});

test('very many duplicates are counted', async () => {
  const facts = Array.from({ length: 200 }, (_, index) => ({ fact: namespace('a', `a.yaml#${index}`) }));
  const { gaps } = await collectSession(fixed(facts), {}, signal);
  expect(gaps).toHaveLength(51);
  expect(gaps.at(-1)?.reason).toContain('149 more');
});

test('a stopped collection says so, and still closes', async () => {
  const controller = new AbortController();
  const closed = { count: 0 };
  const connector: AnyConnector = {
    ...fixed([], closed),
    async *collect(_, own) {
      controller.abort();
      own.throwIfAborted();
      yield { fact: namespace('never') };
    },
  };
  await expect(collectEstate(connector, {}, controller.signal)).rejects.toThrow('FB-CANCELLED');
  expect(closed.count).toBe(1);
});

test('the manifest set depends on the facts and not on their order', async () => {
  const of = async (names: string[]) =>
    (await collectSession(fixed(names.map((name) => ({ fact: namespace(name) }))), {}, signal)).estate;
  const [one, other, different] = [await of(['a', 'b']), await of(['b', 'a']), await of(['a', 'c'])];
  expect(manifestSet(one).bytes).toEqual(manifestSet(other).bytes);
  expect(manifestDigest(one)).toBe(manifestDigest(other));
  expect(manifestDigest(one)).not.toBe(manifestDigest(different));
  expect(new TextDecoder().decode(manifestSet(one).bytes).split('\n')).toHaveLength(3);
});
