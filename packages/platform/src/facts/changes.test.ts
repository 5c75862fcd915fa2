import type { AnyFact, Estate, FactChanges } from '@firebreak/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changedSubjects, changeEstate, shareFacts } from './changes.ts';
import { estateOf } from './estate.ts';
import { factsOf, joinEstates } from './join-estates.ts';

const kinds = ['kubernetes.pod', 'kubernetes.secret', 'aws.role'] as const;
const fact = fc
  .tuple(fc.constantFrom(...kinds), fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat(2), fc.constantFrom('1', '2'))
  .map(
    ([kind, id, value, version]) =>
      ({ kind, id, data: { value: [value] }, source: { connector: 't', locator: 't', version } }) as unknown as AnyFact,
  );
const gap = (where: string) => ({ kinds: ['*'], where, code: 'FB-K8S-FORBIDDEN', reason: '', next: '' });
const changes: fc.Arbitrary<FactChanges> = fc.record({
  facts: fc.array(fact, { maxLength: 6 }),
  gone: fc.array(
    fact.map(({ kind, id }) => ({ kind, id })),
    { maxLength: 4 },
  ),
  gaps: fc.constantFrom([], [gap('x')]),
});
const all = (estate: Estate) => ({ facts: [...factsOf(estate)], gaps: estate.gaps, size: estate.size });
const copy = (estate: Estate) => estateOf(structuredClone([...factsOf(estate)]), structuredClone([...estate.gaps]));

test('the estate after changes is the estate of the facts that are left, whatever is shared', () => {
  fc.assert(
    fc.property(fc.array(changes, { maxLength: 5 }), (batches) => {
      const facts = new Map<string, AnyFact>();
      let estate = estateOf([], []);
      for (const batch of batches) {
        for (const each of batch.facts) facts.set(`${each.kind} ${each.id}`, each);
        for (const { kind, id } of batch.gone) facts.delete(`${kind} ${id}`);
        const before = estate;
        estate = changeEstate(before, batch);
        expect(all(estate)).toEqual(all(estateOf(facts.values(), batch.gaps)));
        for (const each of factsOf(estate)) expect(estate.get(each.kind, each.id)).toBe(each);
        const touched = new Set([...batch.facts, ...batch.gone].map(({ kind }) => kind));
        for (const kind of kinds) if (!touched.has(kind)) expect(estate.all(kind)).toBe(before.all(kind));
      }
    }),
  );
});

test('an estate that was read anew stays what it is, and shares with the one before all that is alike', () => {
  fc.assert(
    fc.property(fc.array(fact), changes, (facts, change) => {
      const before = estateOf(facts, []);
      const after = copy(changeEstate(before, change));
      const shared = shareFacts(before, after);
      expect(all(shared)).toEqual(all(after));
      for (const each of factsOf(shared)) {
        const known = before.get(each.kind, each.id);
        if (known?.data !== undefined && JSON.stringify(known.data) === JSON.stringify(each.data))
          expect(each.data).toBe(known.data);
      }
      const again = shareFacts(before, copy(before));
      for (const kind of kinds) expect(again.all(kind)).toBe(before.all(kind));
    }),
  );
});

test('what differs is told by kind; where a fact was read does not count', () => {
  const read = (value: number, version: string) =>
    ({
      kind: 'aws.role',
      id: 'a',
      data: { value },
      source: { connector: 't', locator: 't', version },
    }) as unknown as AnyFact;
  const one = estateOf([read(1, '1')], []);
  expect([...changedSubjects(one, estateOf([read(1, '2')], []))]).toEqual([]);
  expect([...changedSubjects(one, estateOf([read(2, '1')], []))]).toEqual(['aws.role']);
  expect([...changedSubjects(one, estateOf([], [gap('x')]))].sort()).toEqual(['aws.role', 'gaps', 'size']);
});

test('of joined estates a kind that one source alone tells of is shared with it', () => {
  fc.assert(
    fc.property(fc.array(fact), fc.array(fact), (one, other) => {
      const estates = [estateOf(one, []), estateOf(other, [gap('x')])] as const;
      const joined = joinEstates(estates);
      expect(all(joined)).toEqual(all(estateOf([...factsOf(estates[0]), ...factsOf(estates[1])], [gap('x')])));
      for (const kind of kinds) {
        const [telling, ...more] = estates.filter((estate) => estate.all(kind).length > 0);
        if (telling !== undefined && more.length === 0) expect(joined.all(kind)).toBe(telling.all(kind));
      }
    }),
  );
});
