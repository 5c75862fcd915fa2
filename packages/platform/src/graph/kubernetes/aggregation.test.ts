import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ApiObject } from '../../connectors/kubernetes/api.ts';
import { estate, rbacGroup } from '../edges/kubernetes/cases/world.case.ts';
import { aggregatedRules } from './aggregation.ts';

/** A ClusterRole that allows the verb of its own name and aggregates the roles that are labelled for it. */
function role(name: string, aggregates: readonly string[]): ApiObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRole',
    metadata: { name, labels: { me: name } },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: [name] }],
    ...(aggregates.length === 0
      ? {}
      : { aggregationRule: { clusterRoleSelectors: aggregates.map((other) => ({ matchLabels: { me: other } })) } }),
  } as ApiObject;
}

function verbsOf(roles: readonly ApiObject[], name: string): readonly string[] {
  const { rulesOf } = aggregatedRules(estate(roles));
  return (rulesOf(`kubernetes:ClusterRole/${name}`) ?? []).flatMap((rule) => rule.verbs).sort();
}

test('a role has the rules of all roles that it reaches, once each', () => {
  const roles = [role('a', ['b']), role('b', ['c', 'd']), role('c', ['d']), role('d', [])];
  expect(verbsOf(roles, 'a')).toEqual(['a', 'b', 'c', 'd']);
  expect(verbsOf(roles, 'c')).toEqual(['c', 'd']);
});

test('a role that is not there has no rules, and one without aggregation its own', () => {
  expect(aggregatedRules(estate([])).rulesOf('kubernetes:ClusterRole/none')).toBeUndefined();
  expect(verbsOf([role('a', [])], 'a')).toEqual(['a']);
});

test('roles in a circle share their rules and are named', () => {
  const roles = [role('a', ['b']), role('b', ['a']), role('c', ['a'])];
  expect(verbsOf(roles, 'a')).toEqual(['a', 'b']);
  expect(verbsOf(roles, 'c')).toEqual(['a', 'b', 'c']);
  expect([...aggregatedRules(estate(roles)).cycles].sort()).toEqual([
    'kubernetes:ClusterRole/a',
    'kubernetes:ClusterRole/b',
  ]);
});

test('a chain longer than a call stack is followed to its end', () => {
  const length = 1500;
  const roles = Array.from({ length }, (_, index) => role(`r${index}`, index + 1 < length ? [`r${index + 1}`] : []));
  expect(verbsOf(roles, 'r0')).toHaveLength(length);
});

test('agrees with following every selection by hand', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  fc.assert(
    fc.property(fc.array(fc.subarray(names), { minLength: 6, maxLength: 6 }), (selections) => {
      const roles = names.map((name, index) => role(name, selections[index] ?? []));
      for (const start of names) {
        const reached = new Set([start]);
        for (const name of reached) for (const other of selections[names.indexOf(name)] ?? []) reached.add(other);
        expect(verbsOf(roles, start)).toEqual([...reached].sort());
      }
    }),
    { numRuns: 50 },
  );
});
