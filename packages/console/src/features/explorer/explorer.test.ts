import { expect, test } from 'vitest';
import { composeQuery } from '../../data/query-text.ts';
import { explorerSearch, toggled } from './explorer-search.ts';
import { facetCounts } from './facet-counts.ts';

const node = (id: string, assetClass: string, owner?: string) => ({
  id,
  kind: 'K',
  class: assetClass,
  name: id,
  facts: [],
  ...(owner === undefined ? {} : { about: { owner } }),
});

test('values are counted, most first, and what nobody stated is counted too', () => {
  const counts = facetCounts([node('aws:a', 'model', 'ml'), node('kubernetes:b', 'model'), node('aws:c', 'tool')]);
  expect(counts.class).toEqual([
    { value: 'model', nodes: 2 },
    { value: 'tool', nodes: 1 },
  ]);
  expect(counts.system[0]).toEqual({ value: 'aws', nodes: 2 });
  expect(counts.owner).toEqual([
    { value: '', nodes: 2 },
    { value: 'ml', nodes: 1 },
  ]);
});

test('a node counts under each of its tags, and a tag is asked for by both of its parts', () => {
  const tagged = (id: string, tags: Record<string, string>) => ({ ...node(id, 'model'), about: { tags } });
  const [first] = facetCounts([tagged('a', { pii: '', team: 'a="b"' }), tagged('b', { pii: '' })]).tag;
  expect(first).toEqual({ value: '["pii",""]', nodes: 2 });
  expect(composeQuery('', { tag: ['["pii",""]', '["team","a=\\"b\\""]', 'made up'] }).query).toBe(
    '(tag:"pii" = "" or tag:"team" = "a=\\"b\\"" or tag:"made up" = "")',
  );
});

test('an address of any form gives a search of the right form', () => {
  expect(explorerSearch({ q: 7, class: 'model', owner: ['a', 3], other: 1 })).toEqual({ owner: ['a'] });
  expect(explorerSearch({ q: 'jewel', class: [] })).toEqual({ q: 'jewel' });
});

test('a facet that is pressed twice is as before', () => {
  const once = toggled({ q: 'jewel' }, 'class', 'model');
  expect(composeQuery(once.q ?? '', once).query).toBe('(jewel) and class in ("model")');
  expect(toggled(once, 'class', 'model')).toEqual({ q: 'jewel' });
});
