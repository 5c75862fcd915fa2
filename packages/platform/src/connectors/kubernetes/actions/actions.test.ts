import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { conflicts, interruptions, refusals, roundTrips } from './cases/suite.case.ts';
import { twinWorld } from './cases/twin-world.case.ts';
import { actionCases } from './cases/world.case.ts';
import { actions } from './index.ts';

const cases = actionCases('ml', 'node-1');

roundTrips(cases, twinWorld);
interruptions(cases, twinWorld);
refusals(cases, twinWorld);
conflicts(cases, twinWorld);

test('every action is in its own file, is named like it, and has a case', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
    .map((file) => `kubernetes.${file.slice(0, -3)}`);
  expect(actions.map(({ id }) => id).sort()).toEqual(files.sort());
  expect([...new Set(cases.map(({ action }) => action))].sort()).toEqual(files.sort());
});

test('permissions are of the form "verb group/resource"', () => {
  for (const { id, permissions } of actions) {
    expect(permissions.length, id).toBeGreaterThan(0);
    for (const permission of permissions) expect(permission, id).toMatch(/^[a-z]+ [a-z0-9.-]+\/[a-z]+(\/[a-z]+)?$/);
  }
});
