import { stages } from '@firebreak/contract';
import { expect, test } from 'vitest';
import { connectors } from '../connectors/index.ts';
import { countermeasureOf, ofAction, ofStage, restoreOf, techniqueNames } from './countermeasures.ts';

const actions = connectors.flatMap((connector) => connector.actions);

test('every action that is found has countermeasures of D3FEND that we can name, both ways', () => {
  expect(actions.length).toBeGreaterThan(20);
  for (const action of actions) {
    const done = countermeasureOf(action, action);
    const back = restoreOf(done, action.stage);
    const told = `${action.id}: give its stage, its own \`countermeasures\` or a line in countermeasures.ts`;
    expect(done.techniques.length, told).toBeGreaterThan(0);
    for (const id of [...done.techniques, ...back.techniques]) expect(Object.keys(techniqueNames), told).toContain(id);
    expect(back.tactic).toBe('Restore');
  }
});

test('what an action says of itself is a technique that we can name', () => {
  const unknown = actions.flatMap(({ id, countermeasures = [] }) =>
    countermeasures.filter((said) => !Object.hasOwn(techniqueNames, said)).map((said) => `${id}: ${said}`),
  );
  expect(unknown, 'add the id and its name to techniqueNames').toEqual([]);
});

test('every stage has a line, and every line in the table is of an action that is there', () => {
  expect(Object.keys(ofStage).sort()).toEqual([...stages].sort());
  const known = new Set(actions.map(({ id }) => id));
  expect(Object.keys(ofAction).filter((id) => !known.has(id))).toEqual([]);
});

test('what an action says of itself goes before the tables', () => {
  const action = {
    id: 'kubernetes.suspend-job',
    stage: 'eviction',
    countermeasures: ['D3-EI', 'D3-NOT-THERE'],
  } as const;
  expect(countermeasureOf(action, action).techniques).toEqual(['D3-EI']);
  expect(countermeasureOf(undefined, { id: 'gone.away', stage: 'network' })).toBe(ofStage.network);
});
