/** What every rule of every system must keep. What a rule derives is tested beside it, by system. */
import { expect, test } from 'vitest';
import { connectors } from '../../connectors/index.ts';
import { edgeRuleFiles, edgeRules, labelOf } from './index.ts';

const actions = new Set(connectors.flatMap((connector) => connector.actions.map(({ id }) => id)));

test('a file’s name is its rule’s label, and no two rules share one', () => {
  expect(edgeRules.map((rule) => rule.label)).toEqual(edgeRuleFiles.map(labelOf));
  expect(new Set(edgeRuleFiles.map(labelOf)).size).toBe(edgeRules.length);
  expect(edgeRules.length).toBeGreaterThan(55);
});

test('a rule names actions that exist, facts and techniques, and explains itself in whole sentences', () => {
  for (const rule of edgeRules) {
    for (const id of rule.severedBy) expect(actions.has(id), `${rule.label} ${id}`).toBe(true);
    expect(rule.needs.length, rule.label).toBeGreaterThan(0);
    expect(rule.techniques.length, rule.label).toBeGreaterThan(0);
    for (const technique of rule.techniques) expect(technique).toMatch(/^(T\d{4}(\.\d{3})?|AML\.T\d{4}(\.\d{3})?)$/);
    for (const sentence of Object.values(rule.explain)) expect(sentence, rule.label).toMatch(/^[A-Z].+\.$/);
  }
});
