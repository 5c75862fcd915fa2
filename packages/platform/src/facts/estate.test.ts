import type { AnyFact } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { estateOf } from './estate.ts';

const fact = (name: string, version: string): AnyFact => ({
  id: `kubernetes:Namespace/${name}`,
  kind: 'kubernetes.namespace',
  data: { metadata: { name, labels: {}, annotations: {}, ownerReferences: [], uid: version } },
  source: { connector: 'kubernetes', locator: 'test' },
});

test('lists are in the order of ids, whatever was read first; of two facts with one id the later counts', () => {
  const estate = estateOf([fact('b', '1'), fact('c', '1'), fact('a', '1'), fact('b', '2')], []);
  expect(estate.all('kubernetes.namespace').map(({ id }) => id.at(-1))).toEqual(['a', 'b', 'c']);
  expect(estate.get('kubernetes.namespace', 'kubernetes:Namespace/b')?.data.metadata.uid).toBe('2');
  expect(estate.size).toBe(3);
});
