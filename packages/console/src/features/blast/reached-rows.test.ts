import type { Blast } from '@firebreak/contract/graph';
import { expect, test } from 'vitest';
import { arrange, rowsOf } from './reached-rows.ts';

const node = (name: string, hops: number, more: { class?: string; jewel?: string } = {}) => ({
  kind: 'Secret',
  id: `kubernetes:Secret/ml/${name}`,
  name,
  class: 'credential',
  namespace: 'ml',
  hops,
  ...more,
});
const start = node('start', 0);
const blast: Blast = {
  compromised: [start],
  reached: [node('far', 4), start, node('gem', 3, { jewel: 'signs models' }), node('near', 1, { class: 'host' })],
  jewels: [],
  chokepoints: [],
  counts: { nodes: 9, edges: 9, reached: 4, jewels: 1 },
  completeness: { answer: 'complete' },
};
const nothing: ReadonlySet<string> = new Set();
const names = (rows: readonly { name: string }[]) => rows.map((row) => row.name);

test('compromised first, then jewels, then by distance', () => {
  expect(names(arrange(rowsOf(blast, new Map()), '', nothing, 'role'))).toEqual(['start', 'gem', 'near', 'far']);
});

test('the drawing decides the role where it knows better', () => {
  const rows = rowsOf(blast, new Map([['kubernetes:Secret/ml/gem', 'safe' as const]]));
  expect(rows.find((row) => row.name === 'gem')?.role).toBe('safe');
});

test('search looks at the whole id, hidden classes are left out', () => {
  const rows = rowsOf(blast, new Map());
  expect(names(arrange(rows, 'ML/GEM', nothing, 'hops'))).toEqual(['gem']);
  expect(names(arrange(rows, '', new Set(['host']), 'hops'))).toEqual(['start', 'gem', 'far']);
});
