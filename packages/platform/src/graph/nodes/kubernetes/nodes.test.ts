import { assetClasses, type Fact, factSchemas } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from '../../../facts/estate.ts';
import { authorityCases } from '../../edges/kubernetes/cases/authority.case.ts';
import { escapeCases } from '../../edges/kubernetes/cases/escape.case.ts';
import { podCases } from '../../edges/kubernetes/cases/pod.case.ts';
import { rightCases } from '../../edges/kubernetes/cases/right.case.ts';
import { type CaseTable, estate } from '../../edges/kubernetes/cases/world.case.ts';
import { nodeRules } from '../index.ts';
import clusterAdmin from './cluster-admin.ts';

const tables: CaseTable = { ...escapeCases, ...podCases, ...rightCases, ...authorityCases };
const worlds = Object.values(tables).flatMap(({ holds }) => holds.map(({ world }) => world));

test('a node of the cluster has one rule, a class of the vocabulary, a kind that its rule names, and an id of its kind', () => {
  for (const world of worlds) {
    const now = estate(world);
    const seen = new Set<string>();
    for (const rule of nodeRules) {
      for (const node of rule.derive(now)) {
        if (!node.id.startsWith('kubernetes:')) continue;
        expect(seen, node.id).not.toContain(node.id);
        seen.add(node.id);
        expect(assetClasses).toContain(node.class);
        expect(node.id.startsWith(`kubernetes:${node.kind}/`), node.id).toBe(true);
        expect(rule.kinds.includes(node.kind) || node.kind.includes('.'), node.kind).toBe(true);
      }
    }
  }
});

test('an empty estate has no node', () => {
  const none = estate([]);
  for (const rule of nodeRules) expect([...rule.derive(none)]).toEqual([]);
});

test('an estate without a cluster has no administrator of one', () => {
  const account: Fact<'aws.account'> = {
    id: 'aws:Account/111122223333',
    kind: 'aws.account',
    data: factSchemas['aws.account'].parse({ AccountId: '111122223333' }),
    source: { connector: 'aws', locator: 'account.json' },
  };
  expect([...clusterAdmin.derive(estateOf([account], []))]).toEqual([]);
  expect([
    ...clusterAdmin.derive(estate([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } }])),
  ]).toHaveLength(1);
});
