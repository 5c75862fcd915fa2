import { expect, test } from 'vitest';
import { edgeRules } from '../graph/edges/index.ts';
import { connectors } from './index.ts';

test('every action is of its connector, and no id is taken twice', () => {
  const ids = connectors.flatMap(({ id, actions }) => actions.map((action) => ({ connector: id, action: action.id })));
  expect(ids.filter(({ connector, action }) => !action.startsWith(`${connector}.`))).toEqual([]);
  expect(new Set(ids.map(({ action }) => action)).size).toBe(ids.length);
});

test('an edge rule names no action that is not there', () => {
  const known = new Set(connectors.flatMap(({ actions }) => actions.map(({ id }) => id)));
  for (const { label, severedBy } of edgeRules)
    expect(
      severedBy.filter((id) => !known.has(id)),
      label,
    ).toEqual([]);
});
